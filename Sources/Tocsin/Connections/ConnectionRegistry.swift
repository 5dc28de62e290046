/// Decides which stream holds a place that only one may hold.
///
/// Streams are claimed in one order, and the newest claim wins. `async`, since several servers can share one registry.
package protocol ConnectionRegistry: Sendable {
    /// Claims a place. Whoever held it is told by its `onReplaced`.
    ///
    /// - Parameter onReplaced: called once, from any thread, when a newer claim takes the place; with some registries that
    ///   can be before this returns.
    /// - Returns: the claim, to be given back with ``release(_:)`` when the stream ends.
    func claim(_ place: ConnectionPlace, onReplaced: @escaping @Sendable () -> Void) async -> ConnectionClaim

    /// Gives a place back. Does nothing where a newer claim has taken it.
    func release(_ claim: ConnectionClaim)
}

/// What only one stream at a time may hold.
package struct ConnectionPlace: Hashable, Sendable {
    package let user: Name
    /// The tab or device; `nil` where a user has one stream in all.
    package let client: Name?

    package init(user: Name, client: Name?) {
        self.user = user
        self.client = client
    }
}

package struct ConnectionClaim: Hashable, Sendable {
    package let place: ConnectionPlace
    /// Grows with every claim.
    package let number: UInt64

    package init(place: ConnectionPlace, number: UInt64) {
        self.place = place
        self.number = number
    }
}
