#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
package import NIOCore

/// An IP address. IPv4 in IPv6 (`::ffff:192.0.2.1`, RFC 4291 2.5.5.2) is the same as the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The IPv6 address, or the one in which an IPv4 address lies.
    package let high: UInt64
    package let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private init(ipv4: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
    }

    private init(ipv6: in6_addr) {
        let halves = withUnsafeBytes(of: ipv6) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
    }

    /// - Parameter text: `192.0.2.1` or `2001:db8::1`, without port and brackets.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(ipv6: six)
        } else {
            return nil
        }
    }

    /// - Returns: `nil` for a socket in the file system.
    package init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(text)
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What one client has, and limits count by: an IPv4 address, or the 64 bits before the interface of an IPv6 one.
    var client: IPAddress { IPAddress(high: high, low: isIPv4 ? low : 0) }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isIPv4 {
            var four = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &four, &text, socklen_t(text.count))
        } else {
            var halves = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &halves, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
