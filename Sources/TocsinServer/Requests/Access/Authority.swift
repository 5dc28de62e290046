import Tocsin

/// A host and a port, as in a `Host` field (RFC 9110 7.2).
package struct Authority: Hashable, Sendable {
    /// In lower case, without a dot at its end; an IPv6 address in brackets.
    let host: String
    /// `nil` where none is given.
    package let port: Int?

    /// - Returns: `nil` where `text` is no host, or no host and port.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let colon: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1,
                bytes[1..<close].allSatisfy({
                    $0.hexadecimalValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                })
            else { return nil }
            colon = close + 1
        } else {
            colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            guard bytes[..<colon].allSatisfy(Self.isAllowedInName) else { return nil }
        }
        var host = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        if host.utf8.last == UInt8(ascii: ".") { host.removeLast() }
        guard !host.isEmpty else { return nil }
        self.host = host

        guard colon < bytes.count else {
            port = nil
            return
        }
        let digits = bytes[(colon + 1)...]
        guard bytes[colon] == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard number <= 65535 else { return nil }
        port = digits.isEmpty ? nil : number
    }

    /// A letter, digit or one of `-._~`: what real names and IPv4 addresses consist of.
    private static func isAllowedInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
