/// The address of an alarm in the form it was published: one user, some users, one topic, some topics, or everyone.
package enum Audience: Hashable, Sendable {
    case user(Name)
    /// At least one; each once, in the order published.
    case users([Name])
    case topic(Name)
    /// At least one; each once, in the order published.
    case topics([Name])
    case everyone

    /// Each address once, in the order published.
    package var addresses: [Address] {
        switch self {
        case .user(let name): [.user(name)]
        case .users(let names): names.map(Address.user)
        case .topic(let name): [.topic(name)]
        case .topics(let names): names.map(Address.topic)
        case .everyone: [.everyone]
        }
    }

    /// How many names it lists.
    package var count: Int {
        switch self {
        case .user, .topic, .everyone: 1
        case .users(let names), .topics(let names): names.count
        }
    }
}
