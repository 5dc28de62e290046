import NIOCore
import Tocsin

/// Finds out for which address a request counts.
///
/// `X-Forwarded-For` is believed of proxies that are trusted only: anybody can write anything into it. Each proxy adds the
/// address from which it has the request, so that from the right the first address which is not a trusted proxy's is the
/// client.
package struct ClientAddresses: Sendable {
    private let trustedProxies: [AddressRange]

    package init(trustedProxies: [AddressRange] = []) {
        self.trustedProxies = trustedProxies
    }

    /// - Parameters:
    ///   - peer: from which the connection comes.
    ///   - forwardedFor: the values of `X-Forwarded-For`; asked only where the peer is trusted.
    /// - Returns: `nil` where the connection has no address.
    func address(of peer: SocketAddress?, forwardedFor: @autoclosure () -> [String]) -> IPAddress? {
        guard var address = peer.flatMap(IPAddress.init) else { return nil }
        guard isTrusted(address) else { return address }
        for hop in forwardedFor().joined(separator: ",").split(separator: ",").reversed() {
            // What is no address says nothing about what stands before it.
            guard let next = Self.address(in: hop) else { break }
            address = next
            guard isTrusted(next) else { break }
        }
        return address
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }

    /// An address that can have a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static func address(in hop: Substring) -> IPAddress? {
        let text = hop.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
        if text.first == "[" { return IPAddress(String(text.dropFirst().prefix { $0 != "]" })) }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        return IPAddress(String(colons == 1 ? text.prefix { $0 != ":" } : text))
    }
}
