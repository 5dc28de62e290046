/// What a request asks for: the path and the query of its target (RFC 9112 3.2), decoded.
package struct RequestTarget: Hashable, Sendable {
    /// The path as it was sent.
    package let path: String
    /// The path's segments after its first `/`, each decoded by itself, so that `%2F` can be in a name; at least one.
    package let segments: [String]
    package let query: QueryParameters
    /// The authority of an absolute target (`http://host/path`), as it was sent.
    package let authority: String?

    /// What stands in for a target that cannot be read, so that it can be asked who wants it.
    package static let root = RequestTarget()

    private init() {
        path = "/"
        segments = [""]
        query = QueryParameters()
        authority = nil
    }

    /// - Parameter text: the origin form `/path?query`, the absolute form with `http` or `https`, or `*`.
    /// - Throws: a ``Problem`` with status 400 for any other form, an escape that is none, or text that is not UTF-8.
    package init(_ text: String) throws(Problem) {
        // As bytes: what follows a slash can be one Character with it, and tokens make targets long.
        let bytes = Array(text.utf8)
        // Where a parser met bytes that are no UTF-8, this is what it put in their place.
        guard !bytes.contains(0xEF) || !text.unicodeScalars.contains("\u{FFFD}") else {
            throw .badPath("there are bytes that are not UTF-8")
        }
        // It may be a secret that a page keeps from servers, and proxies would cut it off.
        guard !bytes.contains(UInt8(ascii: "#")) else {
            throw .badPath("there is a #, which is never sent, or as %23,")
        }
        let (authority, rest) = try Self.splitAuthority(bytes)
        self.authority = authority.map { String(decoding: $0, as: UTF8.self) }

        let path = rest.prefix { $0 != UInt8(ascii: "?") }
        self.path = path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
        var segments: [String] = []
        let isAsterisk = path.first == UInt8(ascii: "*")
        let parts = path.dropFirst(isAsterisk ? 0 : 1)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts {
            guard let segment = String(percentDecoding: part, plusIsSpace: false) else {
                throw .badPath("there is a % without two hexadecimal digits, or an escape that is not UTF-8,")
            }
            segments.append(segment)
        }
        self.segments = segments.isEmpty ? [""] : segments
        self.query = try QueryParameters(rest[path.endIndex...].dropFirst())
    }

    private static func splitAuthority(
        _ text: [UInt8]
    ) throws(Problem) -> (authority: ArraySlice<UInt8>?, rest: ArraySlice<UInt8>) {
        if text.first == UInt8(ascii: "/") || text == [UInt8(ascii: "*")] { return (nil, text[...]) }
        for scheme in ["http://", "https://"] {
            guard String(decoding: text.prefix(scheme.utf8.count), as: UTF8.self).lowercased() == scheme else {
                continue
            }
            let rest = text.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            return (authority, rest[authority.endIndex...])
        }
        throw .badPath("there must be a / at the start, and it is not")
    }
}
