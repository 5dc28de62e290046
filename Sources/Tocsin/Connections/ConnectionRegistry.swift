/// Decides which of a user's streams stay.
///
/// Streams are claimed in one order, and the newest claims win. `async`, since several servers can share one registry.
package protocol ConnectionRegistry: Sendable {
    /// Claims a place among the streams of a user. Whoever has to make room is told by its `onReplaced`: the stream of
    /// the same client, and the oldest where the user has more than `limit`.
    ///
    /// - Parameters:
    ///   - limit: streams of the user, 1 or more; the same in every claim.
    ///   - onReplaced: called once, from any thread, when newer claims take the place; with some registries that can be
    ///     before this returns.
    /// - Returns: the claim, to be given back with ``release(_:)`` when the stream ends.
    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim

    /// Gives a place back. Does nothing where a newer claim has taken it.
    func release(_ claim: ConnectionClaim)
}

/// A stream's place among those of its user.
package struct ConnectionPlace: Hashable, Sendable {
    package let user: Name
    /// The tab or device, which has one stream; `nil` where it was not said.
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
