/// Whom an alarm concerns, or what a stream listens to: one user, one topic, or everyone.
///
/// The three are different kinds: a topic called `everyone` is only a topic.
package enum Address: Hashable, Sendable {
    case user(Name)
    case topic(Name)
    case everyone
}

extension Address {
    /// The kind as one byte, followed by the name's bytes: how an address is kept in a database.
    package var bytes: [UInt8] {
        switch self {
        case .user(let name): [Self.userKind] + Array(name.string.utf8)
        case .topic(let name): [Self.topicKind] + Array(name.string.utf8)
        case .everyone: [Self.everyoneKind]
        }
    }

    private static let userKind = UInt8(ascii: "u")
    private static let topicKind = UInt8(ascii: "t")
    private static let everyoneKind = UInt8(ascii: "e")
}
