/// What `--cors-origin` names: one origin, or with `https://*.app.example` every one whose host is below a name.
package struct OriginPattern: Hashable, Sendable {
    /// For messages.
    package static let requirement = """
        is one origin without a path, like https://app.example, or https://*.app.example for every name below
        """

    /// Of a pattern, the name below which they are.
    private let origin: WebOrigin
    private let isBelow: Bool

    /// - Returns: `nil` for what is no origin, and for a star that is not a host's whole first label or would stand for all of a
    ///   top-level domain.
    package init?(_ text: String) {
        guard text.contains("://*.") else {
            guard let origin = WebOrigin(text) else { return nil }
            (self.origin, isBelow) = (origin, false)
            return
        }
        guard let origin = WebOrigin(text.replacing("://*.", with: "://", maxReplacements: 1)), origin.isName,
            origin.host.contains(".") || origin.host == "localhost"
        else { return nil }
        (self.origin, isBelow) = (origin, true)
    }

    func matches(_ other: WebOrigin) -> Bool {
        guard isBelow else { return other == origin }
        // The dot keeps out names that only end alike; a name itself is not below itself.
        return other.scheme == origin.scheme && other.port == origin.port && other.host.hasSuffix(".\(origin.host)")
    }
}

extension WebOrigin {
    /// Whether its host is a name, and no address.
    fileprivate var isName: Bool {
        guard let last = host.split(separator: ".").last, !host.hasPrefix("[") else { return false }
        return !last.allSatisfy(\.isNumber)
    }
}
