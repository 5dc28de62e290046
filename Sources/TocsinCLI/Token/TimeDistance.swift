import Tocsin

/// How far a time is from now, as people say it: `in 59m 58s`, `3d 2h ago`.
struct TimeDistance: CustomStringConvertible {
    let time: Timestamp
    let now: Timestamp

    private static let units: [(name: String, seconds: UInt64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    var description: String {
        // Told as if all fractions of a second were over.
        let now = now.milliseconds / 1000
        let time = time.milliseconds / 1000
        let seconds = (time - now).magnitude
        guard seconds > 0 else { return "now" }
        return time > now ? "in \(Self.text(seconds))" : "\(Self.text(seconds)) ago"
    }

    /// In the greatest unit that there is one of, and the next.
    private static func text(_ seconds: UInt64) -> String {
        let place = units.firstIndex { seconds >= $0.seconds } ?? units.endIndex - 1
        var rest = seconds
        return units[place...].prefix(2).compactMap { unit in
            defer { rest %= unit.seconds }
            return rest >= unit.seconds ? "\(rest / unit.seconds)\(unit.name)" : nil
        }.joined(separator: " ")
    }
}
