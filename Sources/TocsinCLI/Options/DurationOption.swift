/// A duration as options write it: a bare number is seconds, or `250ms`, `30s`, `5m`, `12h`, `7d`.
struct DurationOption: Hashable, Comparable, Sendable {
    /// Zero or more.
    let milliseconds: Int

    private static let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]

    init(milliseconds: Int) {
        self.milliseconds = max(0, milliseconds)
    }

    static func seconds(_ seconds: Int) -> DurationOption { DurationOption(milliseconds: seconds * 1000) }
    static func days(_ days: Int) -> DurationOption { DurationOption(milliseconds: days * 86_400_000) }

    /// - Returns: `nil` for anything but digits with or without a unit, and where it does not fit.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int(digits),
            let scale = unit.isEmpty ? 1000 : Self.units.first(where: { $0.0 == unit })?.1
        else { return nil }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: scale)
        guard !overflows else { return nil }
        self.milliseconds = milliseconds
    }

    /// `nil` unless these are whole seconds.
    var wholeSeconds: Int? {
        milliseconds.isMultiple(of: 1000) ? milliseconds / 1000 : nil
    }

    var duration: Duration { .milliseconds(milliseconds) }

    static func < (left: DurationOption, right: DurationOption) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension DurationOption: CustomStringConvertible {
    /// In the greatest unit that divides it: `90m`, `7d`.
    var description: String {
        guard milliseconds > 0, let unit = Self.units.last(where: { milliseconds.isMultiple(of: $0.1) }) else {
            return "0s"
        }
        return "\(milliseconds / unit.1)\(unit.0)"
    }
}
