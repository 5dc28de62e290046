package import Tocsin

/// What somebody may do who has shown a token or a key.
package struct Grant: Hashable, Sendable {
    package let holder: Holder
    /// To whom it may publish, and whose alarms it may read and withdraw by their ids.
    package let publish: Permissions
    /// To what it may listen, besides the user that it is for.
    package let subscribe: Permissions
    /// Whether it may look into the server and manage access.
    package let isAdmin: Bool
    /// From when on it is worth nothing; `nil` for never.
    package let expiresAt: Timestamp?

    package init(
        holder: Holder, publish: Permissions = [], subscribe: Permissions = [], isAdmin: Bool = false,
        expiresAt: Timestamp?
    ) {
        self.holder = holder
        self.publish = publish
        self.subscribe = subscribe
        self.isAdmin = isAdmin
        self.expiresAt = expiresAt
    }

    /// What is missing to publish to an audience; `nil` where it may.
    package func missing(toPublishTo audience: Audience) -> Permission? {
        audience.addresses.first { !publish.allows($0) }.map(Permission.init(for:))
    }

    /// What is missing to listen to a user and to topics; `nil` where it may.
    ///
    /// Who may listen to a user hears what is for everyone, too.
    package func missing(toListenTo user: Name?, topics: [Name]) -> Permission? {
        if let user, user != holder.subject, !subscribe.allows(.user(user)) {
            return .user(user)
        }
        return topics.first { !subscribe.allows(.topic($0)) }.map(Permission.topic)
    }
}
