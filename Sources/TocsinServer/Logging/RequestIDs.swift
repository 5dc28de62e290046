import Synchronization

/// Gives each request a short id, by which its lines in logs are found.
final class RequestIDs: Sendable {
    static let field = "X-Request-ID"
    private static let lengths = 1...64

    /// Differs from one start to the next.
    private let prefix = String(UInt32.random(in: .min ... .max), radix: 16)
    private let last = Atomic<UInt64>(0)

    /// - Parameter given: the values of the field in the request.
    /// - Returns: the client's own where it is one, of letters, digits and `-._~:+/=`; else a new one.
    func id(given: [String]) -> String {
        if given.count == 1, let id = given.first, Self.isSafe(id) { return id }
        let number = last.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(prefix)-\(String(number, radix: 16))"
    }

    private static func isSafe(_ id: String) -> Bool {
        lengths.contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default:
                    "-._~:+/=".utf8.contains(byte)
                }
            }
    }
}
