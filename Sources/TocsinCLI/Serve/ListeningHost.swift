import TocsinServer

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A name or an address to listen on.
struct ListeningHost: Hashable, Sendable {
    /// An IPv6 address without brackets.
    let string: String

    /// - Parameter text: an IPv6 address may be in brackets, as in a URL.
    init?(_ text: String) {
        var text = text[...]
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        guard let authority = Authority(text) ?? Authority("[\(text)]"), authority.port == nil else { return nil }
        string = String(text)
    }

    /// Whether only this machine can reach what listens there.
    var isLoopback: Bool {
        if string.lowercased() == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, string, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        // What is no address is a name, and may stand for any.
        guard inet_pton(AF_INET6, string, &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { $0.last == 1 && $0.dropLast().allSatisfy { $0 == 0 } }
    }
}
