import NIOHTTP1

extension HTTPRequestHead {
    /// Whether nothing can come after it.
    ///
    /// A client may offer to speak another protocol and is answered in this one, but the decoder takes all that follows
    /// for the other protocol's.
    var isLast: Bool {
        if !isKeepAlive || method == .CONNECT { return true }
        guard headers.contains(name: "upgrade") else { return false }
        return headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }
}

extension HTTPVersion {
    /// Whether a peer of this version knows no chunks, and closes connections where it does not say otherwise.
    var isBefore1_1: Bool { major < 1 || (major == 1 && minor < 1) }
}
