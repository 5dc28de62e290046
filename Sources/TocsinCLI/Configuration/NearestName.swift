/// Which name somebody may have meant who wrote another.
enum NearestName {
    /// - Returns: the first of the names that are nearest, `nil` where less than half of what was written would stay.
    static func to(_ written: String, among names: [String]) -> String? {
        let distances = names.map { (name: $0, distance: distance(from: written, to: $0)) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }), nearest.distance * 2 <= written.count
        else { return nil }
        return nearest.name
    }

    /// How many characters are to be put in, taken out, replaced, or swapped with the next.
    static func distance(from left: String, to right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var least = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
