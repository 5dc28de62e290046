/// How long a reader waits before it reconnects, in the field `retry`: whole milliseconds, zero or more.
public struct ReconnectionTime: Hashable, Sendable {
    /// The time in milliseconds; never negative.
    public let milliseconds: Int

    /// - Parameter milliseconds: the time in milliseconds, zero or more.
    /// - Throws: ``InvalidEventField`` when `milliseconds` is negative.
    public init(milliseconds: Int) throws(InvalidEventField) {
        guard milliseconds >= 0 else {
            throw InvalidEventField(
                code: .negative,
                message: "a reconnection time is zero or more, not \(milliseconds)"
            )
        }
        self.milliseconds = milliseconds
    }

    /// - Parameter milliseconds: the time in milliseconds; a negative number counts as zero.
    public init(clamping milliseconds: Int) {
        self.milliseconds = max(0, milliseconds)
    }

    /// The same time, for a `Clock`.
    public var duration: Duration { .milliseconds(milliseconds) }
}

extension ReconnectionTime: Comparable {
    public static func < (left: ReconnectionTime, right: ReconnectionTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension ReconnectionTime {
    /// Reads the value of a `retry` field.
    ///
    /// - Returns: `nil` unless the value is one or more ASCII digits. A number that does not fit counts as `Int.max`.
    init?(digits: UnsafeRawBufferPointer) {
        guard !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = shifted.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            value = overflowed || carried ? .max : sum
        }
        milliseconds = value
    }
}
