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
        // Where a parser met bytes that are no UTF-8, this is what it put in their place.
        guard !text.utf8.contains(0xEF) || !text.unicodeScalars.contains("\u{FFFD}") else {
            throw .badPath("there are bytes that are not UTF-8")
        }
        let (authority, rest) = try Self.splitAuthority(text)
        self.authority = authority.map(String.init)

        let question = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = rest[..<(question ?? rest.endIndex)]
        self.path = path.isEmpty ? "/" : String(path)
        var segments: [String] = []
        let isAsterisk = path.utf8.first == UInt8(ascii: "*")
        let parts = path.utf8.dropFirst(isAsterisk ? 0 : 1)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts {
            guard let segment = String(percentDecoding: part, plusIsSpace: false) else {
                throw .badPath("there is a % without two hexadecimal digits, or an escape that is not UTF-8,")
            }
            segments.append(segment)
        }
        self.segments = segments.isEmpty ? [""] : segments
        self.query = try QueryParameters(question.map { rest[rest.utf8.index(after: $0)...] } ?? "")
    }

    private static func splitAuthority(_ text: String) throws(Problem) -> (authority: Substring?, rest: Substring) {
        if text.utf8.first == UInt8(ascii: "/") || text == "*" { return (nil, text[...]) }
        // By bytes: what follows a slash can be one Character with it.
        for scheme in ["http://", "https://"] {
            guard String(decoding: text.utf8.prefix(scheme.utf8.count), as: UTF8.self).lowercased() == scheme else {
                continue
            }
            let rest = Substring(text.utf8.dropFirst(scheme.utf8.count))
            let end =
                rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.utf8.endIndex
            return (rest[..<end], rest[end...])
        }
        throw .badPath("there must be a / at the start, and it is not")
    }
}
