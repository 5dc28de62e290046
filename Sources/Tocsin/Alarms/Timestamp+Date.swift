#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Timestamp {
    /// The system's time.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// RFC 3339 in UTC, with milliseconds: `2026-01-02T03:04:05.678Z`.
    package var rfc3339: String {
        // A date holds a binary fraction, which is often a little less than the millisecond: only the seconds are exact.
        let (second, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let isBefore1970 = rest < 0
        let date = Date(timeIntervalSince1970: TimeInterval(isBefore1970 ? second - 1 : second))
        let digits = String(1000 + (isBefore1970 ? rest + 1000 : rest)).dropFirst()
        return "\(date.formatted(Date.ISO8601FormatStyle()).dropLast()).\(digits)Z"
    }
}
