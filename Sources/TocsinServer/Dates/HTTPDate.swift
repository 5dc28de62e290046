import FoundationEssentials
import NIOConcurrencyHelpers
import Tocsin

/// The time as the `Date` header has it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
enum HTTPDate {
    private static let cached = NIOLockedValueBox((second: Int64.min, text: ""))

    /// Made anew once a second.
    static func now() -> String {
        let second = Timestamp.now().milliseconds / 1000
        return cached.withLockedValue { cached in
            if cached.second != second {
                cached = (second, text(of: Date(timeIntervalSince1970: TimeInterval(second))))
            }
            return cached.text
        }
    }

    static func text(of date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let weekday = weekdays[(parts.weekday ?? 1) - 1]
        let month = months[(parts.month ?? 1) - 1]
        let time = [parts.hour, parts.minute, parts.second].map(twoDigits).joined(separator: ":")
        return "\(weekday), \(twoDigits(parts.day)) \(month) \(parts.year ?? 1970) \(time) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func twoDigits(_ number: Int?) -> String {
        let digits = String(number ?? 0)
        return digits.count < 2 ? "0" + digits : digits
    }
}
