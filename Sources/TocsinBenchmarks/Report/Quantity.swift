import Foundation

/// Numbers as people read them.
enum Quantity {
    /// Two or three digits, or all before the point, with commas between thousands.
    static func number(_ value: Double) -> String {
        abs(value) < 100 ? String(format: abs(value) < 10 ? "%.2f" : "%.1f", value) : whole(value)
    }

    /// Without a fraction.
    static func whole(_ value: Double) -> String {
        var digits = String(Int(value.rounded()))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }

    static func rate(_ value: Double) -> String { "\(number(value))/s" }
    static func microseconds(_ seconds: Double) -> String { "\(number(seconds * 1e6)) µs" }
    static func milliseconds(_ seconds: Double) -> String { "\(number(seconds * 1e3)) ms" }
    static func seconds(_ seconds: Double) -> String { "\(number(seconds)) s" }
    static func kilobytes(_ bytes: Double) -> String { "\(number(bytes / 1000)) kB" }
    static func megabytesPerSecond(_ bytes: Double) -> String { "\(number(bytes / 1e6)) MB/s" }
    static func times(_ ratio: Double) -> String { "\(number(ratio)) ×" }
}
