import DequeModule

/// The sorted numbers of some entries, of which many may have died since.
///
/// Numbers are added at the end and leave at the front. One that dies in between stays until half of them are dead, so
/// that each change costs O(1) in the mean, and a page O(log n) beside what it shows.
struct LowIndex: Sendable {
    private(set) var lows: Deque<UInt64> = []
    private var dead = 0

    var isEmpty: Bool { lows.isEmpty }

    /// - Parameter low: greater than all others.
    mutating func append(_ low: UInt64) {
        lows.append(low)
    }

    /// Drops the numbers up to `low`. O(1) for each.
    mutating func dropFirst(through low: UInt64) {
        while let first = lows.first, first <= low {
            lows.removeFirst()
        }
        dead = min(dead, lows.count)
    }

    /// One of the numbers has died.
    mutating func markDead(isAlive: (UInt64) -> Bool) {
        dead += 1
        guard dead * 2 >= lows.count else { return }
        lows.removeAll { !isAlive($0) }
        dead = 0
    }

    /// Where the numbers greater than `low` begin. O(log n).
    func firstIndex(above low: UInt64) -> Int {
        var lower = lows.startIndex
        var upper = lows.endIndex
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if lows[middle] > low { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}

/// Walks the union of several ``LowIndex``, each number once. O(number of indexes) a step.
struct MergedLows {
    enum Order { case oldestFirst, newestFirst }

    private struct Cursor {
        let lows: Deque<UInt64>
        var remaining: Range<Int>
    }

    private var cursors: [Cursor]
    private let order: Order

    /// - Parameters:
    ///   - above: exclusive.
    ///   - through: inclusive.
    init(_ indexes: [LowIndex], above: UInt64, through: UInt64, order: Order) {
        self.order = order
        self.cursors = indexes.compactMap { index in
            let start = index.firstIndex(above: above)
            let end = index.firstIndex(above: through)
            return start < end ? Cursor(lows: index.lows, remaining: start..<end) : nil
        }
    }

    mutating func next() -> UInt64? {
        var found: UInt64?
        for cursor in cursors {
            guard let low = Self.peek(cursor, order) else { continue }
            guard let best = found else {
                found = low
                continue
            }
            found = order == .oldestFirst ? min(best, low) : max(best, low)
        }
        guard let found else { return nil }
        for index in cursors.indices where Self.peek(cursors[index], order) == found {
            switch order {
            case .oldestFirst: cursors[index].remaining.removeFirst()
            case .newestFirst: cursors[index].remaining.removeLast()
            }
        }
        return found
    }

    private static func peek(_ cursor: Cursor, _ order: Order) -> UInt64? {
        let position = order == .oldestFirst ? cursor.remaining.first : cursor.remaining.last
        return position.map { cursor.lows[$0] }
    }
}
