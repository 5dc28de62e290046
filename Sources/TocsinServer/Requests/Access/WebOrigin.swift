/// The origin of a web page: scheme, host and port (RFC 6454 6.2).
package struct WebOrigin: Hashable, Sendable {
    /// In lower case.
    let scheme: String
    let host: String
    /// The scheme's own port where none is given; `nil` where the scheme has none.
    let port: Int?

    /// - Parameter text: `https://app.example`, as in an `Origin` field: without a path, not even `/`.
    /// - Returns: `nil` for anything else, `null` too.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//"), let authority = Authority(parts[1].dropFirst(2)) else {
            return nil
        }
        let scheme = parts[0].lowercased()
        guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            scheme.utf8.allSatisfy(Self.isAllowedInScheme)
        else { return nil }
        self.scheme = scheme
        host = authority.host
        port = authority.port ?? Self.defaultPort(of: scheme)
    }

    /// Whether it is a page of this machine, whatever the port.
    var isLoopback: Bool { isWeb && AccessPolicy.loopbackHosts.contains(host) }

    /// Whether it is a page that the server itself served under the name `authority`.
    ///
    /// - Parameter isSecure: whether browsers reach the server over TLS. Where that is not known, `https` counts too, since
    ///   what ends TLS may stand in front; but a page that came without TLS is not of a server that has it.
    func isOrigin(of authority: Authority, isSecure: Bool) -> Bool {
        guard isSecure ? scheme == "https" : isWeb else { return false }
        return host == authority.host && port == authority.port ?? Self.defaultPort(of: scheme)
    }

    private var isWeb: Bool { scheme == "http" || scheme == "https" }

    private static func defaultPort(of scheme: String) -> Int? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }

    private static func isAllowedInScheme(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
            UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
