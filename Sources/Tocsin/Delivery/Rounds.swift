/// Goes round a list, a share of it each second.
///
/// When something is taken out of the list, its last element takes that place. It can be passed over in this round then,
/// and is come to in the next.
struct Rounds {
    /// For a round.
    private let seconds: Int
    private var next = 0

    /// - Parameter seconds: for a round, 1 or more.
    init(seconds: Int) {
        self.seconds = max(1, seconds)
    }

    /// A second has passed.
    ///
    /// - Returns: whose turn it is of so many.
    mutating func advance(through count: Int) -> Range<Int> {
        if next >= count { next = 0 }
        let share = next..<min(count, next + (count + seconds - 1) / seconds)
        next = share.upperBound
        return share
    }
}
