/// How often something may happen, for each client address by itself: a bucket of tokens which fills at a steady rate.
///
/// A bucket is one number, the time at which it will be full (the theoretical arrival time of the generic cell rate
/// algorithm); one that is full need not be remembered. So there are two tables, and each time as long has passed as an
/// empty bucket takes to fill, the older one, whose buckets are all full by then, is dropped.
package struct TokenBuckets: Sendable {
    /// Nanoseconds for a token.
    private let interval: UInt64
    /// Nanoseconds for an empty bucket to fill.
    private let depth: UInt64
    /// How many addresses a table holds at most. With more the older one is dropped early: some clients may do more than
    /// they should, but memory stays bounded.
    private let capacity: Int
    /// Nanoseconds at which a bucket is full, by address.
    private var younger: [IPAddress: UInt64] = [:]
    private var older: [IPAddress: UInt64] = [:]
    private var nextTurn: UInt64 = 0

    /// - Parameters:
    ///   - rate: tokens a second, 1 or more.
    ///   - burst: how many seconds' worth of tokens a full bucket holds.
    package init(rate: Int, burst: Int = 5, capacity: Int = 65_536) {
        interval = max(1, 1_000_000_000 / UInt64(rate))
        depth = UInt64(burst) * 1_000_000_000
        self.capacity = capacity
    }

    /// Takes a token, if there is one. O(1).
    ///
    /// - Parameter now: nanoseconds of a clock that never goes back.
    /// - Returns: `nil` where it was taken, else the seconds until there will be one.
    package mutating func take(for address: IPAddress, at now: UInt64) -> Int? {
        turn(at: now)
        let client = address.client
        let full = max(younger[client] ?? older[client] ?? now, now) + interval
        guard full - now <= depth else {
            let wait = full - now - depth
            return Int((wait + 999_999_999) / 1_000_000_000)
        }
        younger[client] = full
        return nil
    }

    /// How many addresses are remembered.
    var count: Int { younger.count + older.count }

    private mutating func turn(at now: UInt64) {
        guard now >= nextTurn || younger.count >= capacity else { return }
        swap(&younger, &older)
        younger.removeAll(keepingCapacity: younger.count * 4 > older.count)
        nextTurn = now + depth
    }
}
