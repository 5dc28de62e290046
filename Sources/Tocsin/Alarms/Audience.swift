/// The address of an alarm in the form it was published: one user, some users, one topic, some topics, or everyone.
public enum Audience: Hashable, Sendable {
    /// The user of that name.
    case user(Name)
    /// At least one; each once, in the order published.
    case users([Name])
    /// Who listens to the topic of that name.
    case topic(Name)
    /// At least one; each once, in the order published.
    case topics([Name])
    /// Every user.
    case everyone

    /// One user, by its name.
    ///
    /// - Throws: ``InvalidName`` when it is no ``Name``.
    public static func user(named name: String) throws(InvalidName) -> Audience { .user(try Name(name)) }

    /// Some users, each by its name.
    ///
    /// - Throws: ``InvalidName`` for the first that is no ``Name``.
    public static func users(named names: [String]) throws(InvalidName) -> Audience { .users(try Name.all(names)) }

    /// One topic, by its name.
    ///
    /// - Throws: ``InvalidName`` when it is no ``Name``.
    public static func topic(named name: String) throws(InvalidName) -> Audience { .topic(try Name(name)) }

    /// Some topics, each by its name.
    ///
    /// - Throws: ``InvalidName`` for the first that is no ``Name``.
    public static func topics(named names: [String]) throws(InvalidName) -> Audience { .topics(try Name.all(names)) }

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
