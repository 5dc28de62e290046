/// A wall-clock time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// `seconds` later; the end of time, where that is beyond what can be told.
    package func advanced(bySeconds seconds: Int) -> Timestamp {
        let (span, overflowed) = Int64(seconds).multipliedReportingOverflow(by: 1000)
        let (sum, carried) = milliseconds.addingReportingOverflow(span)
        return Timestamp(milliseconds: overflowed || carried ? (seconds < 0 ? .min : .max) : sum)
    }
}

/// Where the time comes from; tests give one of their own.
package typealias WallClock = @Sendable () -> Timestamp
