import Foundation

/// The field `Retry-After` (RFC 9110 10.2.3): a number of seconds, or a date.
enum RetryAfter {
    /// - Returns: `nil` where it is neither.
    static func duration(_ value: String, now: Date = Date()) -> Duration? {
        if let seconds = Int(value) { return seconds < 0 ? nil : .seconds(seconds) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: value) else { return nil }
        return .seconds(max(0, date.timeIntervalSince(now)))
    }
}
