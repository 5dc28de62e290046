/// The id of a journal's entry, and a position in the journal: `<high>-<low>`, compared as a pair.
///
/// Ids grow over the whole journal. Nobody but the journal that gave an id looks inside.
public struct AlarmID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Before every id that a journal gives out.
    package static let zero = AlarmID(high: 0, low: 0)
}

extension AlarmID: Comparable {
    public static func < (left: AlarmID, right: AlarmID) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension AlarmID: LosslessStringConvertible {
    /// Reads the canonical form: two decimals of at most 64 bits without leading zeros, joined by `-`.
    ///
    /// - Returns: `nil` for any other text. A server must take such a text for an unknown id, not for an error:
    ///   it comes from a client, which may have had it from another server.
    public init?(_ description: String) {
        let parts = description.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let high = Self.decimal(parts[0]), let low = Self.decimal(parts[1]) else { return nil }
        self.init(high: high, low: low)
    }

    public var description: String { "\(high)-\(low)" }

    private static func decimal(_ digits: Substring.UTF8View) -> UInt64? {
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = shifted.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }
}
