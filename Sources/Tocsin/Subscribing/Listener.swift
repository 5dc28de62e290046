/// Who listens: which alarms concern it, and in which languages it reads them.
public struct Listener: Hashable, Sendable {
    /// A user hears its own alarms and those for everyone; `nil` where only topics are listened to.
    public let user: Name?
    /// Each once.
    public let topics: [Name]
    /// Chooses among an alarm's translations.
    public let languages: LanguagePreference
    /// The tab or device that a stream belongs to, which has one stream of its user: a new one takes the place of the old.
    public let client: Name?

    package init(user: Name?, topics: [Name], languages: LanguagePreference = .none, client: Name? = nil) {
        self.user = user
        self.topics = topics
        self.languages = languages
        self.client = client
    }

    /// A user, and topics that it follows.
    ///
    /// - Parameters:
    ///   - user: its ``Name``.
    ///   - topics: names of topics; one that is given twice counts once.
    ///   - languages: as in an `Accept-Language` field, such as `ko,en;q=0.5`.
    ///   - client: see ``client``.
    /// - Throws: ``InvalidName`` for the first text that is no ``Name``.
    public init(user: String, topics: [String] = [], languages: String = "", client: String? = nil) throws(InvalidName)
    {
        self.init(
            user: try Name(user), topics: try Self.names(topics), languages: LanguagePreference(languages),
            client: try client.map(Name.init))
    }

    /// Whoever follows these topics. Where there are none, nothing is heard.
    ///
    /// - Parameters:
    ///   - topics: names of topics; one that is given twice counts once.
    ///   - languages: as in an `Accept-Language` field, such as `ko,en;q=0.5`.
    /// - Throws: ``InvalidName`` for the first text that is no ``Name``.
    public init(topics: [String], languages: String = "") throws(InvalidName) {
        self.init(user: nil, topics: try Self.names(topics), languages: LanguagePreference(languages))
    }

    private static func names(_ texts: [String]) throws(InvalidName) -> [Name] {
        var seen: Set<Name> = []
        return try Name.all(texts).filter { seen.insert($0).inserted }
    }

    /// What it listens to: each once.
    package var addresses: [Address] { .concerning(user, topics) }
}

extension [Address] {
    /// What concerns a reader; what is for everyone concerns users only.
    package static func concerning(_ user: Name?, _ topics: [Name]) -> [Address] {
        (user.map { [.user($0), .everyone] } ?? []) + topics.map(Address.topic)
    }
}
