/// What a request for a stream asks for, read once, when its head comes.
struct StreamTarget: Hashable, Sendable {
    let target: RequestTarget
    let route: Route

    /// - Parameter text: the request's target.
    /// - Returns: `nil` for a request that is not for a stream, as one with `HEAD`, or that cannot be read: those go to the
    ///   router.
    init?(_ method: String, _ text: String) {
        guard method == "GET" else { return nil }
        // Most requests are not for streams: for them nothing is decoded here.
        let uri = text.utf8
        let mayBe =
            uri.starts(with: "/connection/".utf8) || uri.starts(with: "/events".utf8) || uri.first != UInt8(ascii: "/")
            || uri.contains(UInt8(ascii: "%"))
        guard mayBe, let target = try? RequestTarget(text) else { return nil }
        self.target = target
        route = Route(target)
        guard route.isStream else { return nil }
    }
}
