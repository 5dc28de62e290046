import Tocsin

/// A row of the table `alarms`, and the entry that it keeps.
enum AlarmRow {
    /// The order of ``bind(_:to:)``.
    static let insert = """
        INSERT INTO alarms (low, published_at, expires_at, audience, names, event, data_text, data_json, translations, \
        retry, ttl, key, withdraws) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// The order in which the functions below read.
    static let columns = """
        low, published_at, expires_at, withdrawn_by, audience, names, event, data_text, data_json, translations, \
        retry, ttl, key, withdraws
        """

    /// What a reader may make of a row.
    enum Reading {
        case entry(Entry)
        /// By the entry with this number; its time to live may be over.
        case withdrawn(by: UInt64, expiresAt: Timestamp?)
        /// It holds what no journal wrote.
        case damaged
    }

    static func bind(_ entry: Entry, to statement: SQLStatement) throws {
        let alarm = entry.alarm
        try statement.bind(entry.id.low, at: 1)
        try statement.bind(entry.publishedAt.milliseconds, at: 2)
        try statement.bind(entry.expiresAt?.milliseconds, at: 3)
        try bind(alarm.audience, to: statement)
        try statement.bind(alarm.event.string, at: 6)
        switch alarm.data {
        case .text(let text): try statement.bind(text, at: 7)
        case .json(let json): try statement.bind(json, at: 8)
        case nil: break
        }
        if !alarm.translations.isEmpty {
            try statement.bind(encode(alarm.translations), at: 9)
        }
        try statement.bind(alarm.retry.map(Int64.init), at: 10)
        try statement.bind(alarm.ttl.map(Int64.init), at: 11)
        try statement.bind(alarm.key?.string, at: 12)
        if let withdraws = entry.withdraws {
            try statement.bind(withdraws.low, at: 13)
        }
    }

    private static func bind(_ audience: Audience, to statement: SQLStatement) throws {
        switch audience {
        case .user(let name):
            try statement.bind("user", at: 4)
            try statement.bind(name.string, at: 5)
        case .users(let names):
            try statement.bind("users", at: 4)
            try statement.bind(StringList.encode(names.map(\.string)), at: 5)
        case .topic(let name):
            try statement.bind("topic", at: 4)
            try statement.bind(name.string, at: 5)
        case .topics(let names):
            try statement.bind("topics", at: 4)
            try statement.bind(StringList.encode(names.map(\.string)), at: 5)
        case .everyone:
            try statement.bind("everyone", at: 4)
        }
    }

    /// Language, kind and content of each, one after another.
    private static func encode(_ translations: [Translation]) -> String {
        var strings: [String] = []
        for translation in translations {
            strings.append(translation.language.string)
            switch translation.content {
            case .text: strings.append("text")
            case .json: strings.append("json")
            }
            strings.append(translation.content.string)
        }
        return StringList.encode(strings)
    }
}

// MARK: - Reading

extension AlarmRow {
    /// Whether the row that `statement` is at is to be left out of pages.
    static func isHidden(_ statement: SQLStatement, at now: Timestamp) -> Bool {
        if !statement.isNull(3) { return true }
        guard let expiresAt = statement.optionalInteger(2) else { return false }
        return expiresAt <= now.milliseconds
    }

    static func read(_ statement: SQLStatement, epochs: EpochTable) -> Reading {
        let low = statement.low(0)
        guard low > 0, let publishedAt = time(statement.integer(1)) else { return .damaged }
        if !statement.isNull(3) {
            let expiresAt = statement.optionalInteger(2).map(Timestamp.init(milliseconds:))
            return .withdrawn(by: statement.low(3), expiresAt: expiresAt)
        }
        guard let audience = readAudience(statement), let event = statement.text(6).flatMap(EventName.init(stored:)),
            let translations = readTranslations(statement),
            let retry = optional(statement.optionalInteger(10), in: Alarm.retryRange),
            let ttl = optional(statement.optionalInteger(11), in: Alarm.ttlRange)
        else { return .damaged }
        let data = statement.text(7).map(Content.text) ?? statement.text(8).map(Content.json)
        guard data != nil || !translations.isEmpty else { return .damaged }
        let alarm = Alarm(
            audience: audience,
            event: event,
            data: data,
            translations: translations,
            retry: retry,
            ttl: ttl,
            key: statement.text(12).flatMap { try? Name($0) }
        )
        let withdraws = statement.isNull(13) ? nil : epochs.id(of: statement.low(13))
        return .entry(Entry(id: epochs.id(of: low), publishedAt: publishedAt, alarm: alarm, withdraws: withdraws))
    }

    static func readAudience(_ statement: SQLStatement) -> Audience? {
        audience(kind: statement.text(4), names: statement.text(5))
    }

    static func audience(kind: String?, names: String?) -> Audience? {
        switch kind {
        case "user": names.flatMap { try? Name($0) }.map(Audience.user)
        case "users": names.flatMap(list).map(Audience.users)
        case "topic": names.flatMap { try? Name($0) }.map(Audience.topic)
        case "topics": names.flatMap(list).map(Audience.topics)
        case "everyone": .everyone
        default: nil
        }
    }

    private static func list(_ text: String) -> [Name]? {
        guard let strings = StringList.decode(text), !strings.isEmpty else { return nil }
        let names = strings.compactMap { try? Name($0) }
        return names.count == strings.count ? names : nil
    }

    private static func readTranslations(_ statement: SQLStatement) -> [Translation]? {
        guard let text = statement.text(9) else { return [] }
        guard let strings = StringList.decode(text), strings.count.isMultiple(of: 3) else { return nil }
        var translations: [Translation] = []
        for index in stride(from: 0, to: strings.count, by: 3) {
            guard let language = LanguageTag(strings[index]) else { return nil }
            switch strings[index + 1] {
            case "text": translations.append(Translation(language: language, content: .text(strings[index + 2])))
            case "json": translations.append(Translation(language: language, content: .json(strings[index + 2])))
            default: return nil
            }
        }
        return translations
    }

    /// A time that can be counted with.
    private static func time(_ milliseconds: Int64) -> Timestamp? {
        milliseconds.magnitude < 1 << 53 ? Timestamp(milliseconds: milliseconds) : nil
    }

    /// - Returns: `nil` where there is a value out of `range`.
    private static func optional(_ value: Int64?, in range: ClosedRange<Int>) -> Int?? {
        guard let value else { return .some(nil) }
        guard let value = Int(exactly: value), range.contains(value) else { return nil }
        return .some(value)
    }
}
