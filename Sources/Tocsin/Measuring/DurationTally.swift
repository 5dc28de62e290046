/// How often durations lay up to each of some bounds, in plain integers.
///
/// It is what an event loop adds to for itself; a metric of its own it may add to only now and then.
struct DurationTally {
    /// In nanoseconds; a metric that has the same bounds gets each duration into the right bucket.
    static let bounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private var counts = [Int](repeating: 0, count: bounds.count + 1)
    private var sums = [UInt64](repeating: 0, count: bounds.count + 1)

    mutating func add(_ nanoseconds: UInt64, times: Int) {
        let place = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        counts[place] += times
        sums[place] &+= nanoseconds &* UInt64(truncatingIfNeeded: times)
    }

    /// For each bucket in which there is something: the mean of it, and how often.
    func forEach(_ body: (_ nanoseconds: Int64, _ times: Int) -> Void) {
        for (count, sum) in zip(counts, sums) where count > 0 {
            body(Int64(clamping: sum / UInt64(count)), count)
        }
    }
}
