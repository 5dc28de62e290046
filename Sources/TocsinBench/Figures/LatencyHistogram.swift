/// Counts times in buckets that are at most 1.6 % wide, so that it needs little memory however many there are.
package struct LatencyHistogram: Hashable, Sendable {
    /// Buckets for each doubling: a power of two.
    private static let bucketBits = 6
    private static let bucketsPerDoubling = 1 << bucketBits

    /// How often there was a time of each bucket.
    private var counts: [UInt32] = []
    /// How many times were counted.
    package private(set) var count = 0
    /// The longest, in nanoseconds; exact.
    package private(set) var maximum: UInt64 = 0

    package init() {}

    /// Counts a time in nanoseconds.
    package mutating func record(_ nanoseconds: UInt64) {
        let bucket = Self.bucket(of: nanoseconds)
        if bucket >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count))
        }
        counts[bucket] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    package mutating func merge(_ other: LatencyHistogram) {
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (bucket, number) in other.counts.enumerated() { counts[bucket] += number }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The time in nanoseconds that a part of all do not exceed, at most 1.6 % too long; 0 where there are none.
    ///
    /// - Parameter part: from 0 to 1, such as 0.99.
    package func quantile(_ part: Double) -> UInt64 {
        let rank = max(1, Int((part * Double(count)).rounded(.up)))
        var sum = 0
        for (bucket, number) in counts.enumerated() {
            sum += Int(number)
            if sum >= rank { return min(Self.greatest(of: bucket), maximum) }
        }
        return maximum
    }

    /// Below two doublings' worth of buckets each number has its own.
    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(bucketsPerDoubling) else { return Int(value) }
        let doublings = 63 - value.leadingZeroBitCount - bucketBits
        return doublings * bucketsPerDoubling + Int(value >> UInt64(doublings))
    }

    private static func greatest(of bucket: Int) -> UInt64 {
        guard bucket >= 2 * bucketsPerDoubling else { return UInt64(bucket) }
        let doublings = bucket / bucketsPerDoubling - 1
        let scaled = UInt64(bucket - doublings * bucketsPerDoubling)
        return scaled << UInt64(doublings) | (1 << UInt64(doublings) - 1)
    }
}
