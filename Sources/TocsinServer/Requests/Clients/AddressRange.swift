import Tocsin

/// An IP address, or all that begin with the same bits (CIDR, RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, `127.0.0.1`.
package struct AddressRange: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// - Returns: `nil` for what is neither an address nor an address, a slash and a number of bits.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        var bits = 128
        if parts.count == 2 {
            // An IPv4 address lies at the end of an IPv6 one.
            let offset = first.contains(":") ? 0 : 96
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= 128 - offset
            else { return nil }
            bits = offset + given
        }
        highMask = bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
        lowMask = bits <= 64 ? 0 : ~(UInt64.max >> UInt64(bits - 64))
        high = address.high & highMask
        low = address.low & lowMask
    }

    func contains(_ address: IPAddress) -> Bool {
        address.high & highMask == high && address.low & lowMask == low
    }
}
