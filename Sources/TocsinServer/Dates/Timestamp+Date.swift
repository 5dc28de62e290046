import FoundationEssentials
package import Tocsin

extension Timestamp {
    /// The system's time.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// RFC 3339 in UTC, with milliseconds: `2026-01-02T03:04:05.678Z`.
    var rfc3339: String {
        let date = Date(timeIntervalSince1970: TimeInterval(milliseconds) / 1000)
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
