import Tocsin

/// One alarm as it is read, field by field.
struct AlarmReader {
    private enum Field: String, CaseIterable {
        case user, users, topic, topics, everyone, event, data, translations, retry, ttl, key

        private static let names = allCases.map { (utf8: Array($0.rawValue.utf8), field: $0) }

        /// Compares bytes, where there are no escapes: making a text of each name takes a quarter of an alarm's time.
        init?(_ name: JSONReader.StringToken, in json: JSONReader) throws(JSONError) {
            guard name.length == name.range.count else {
                self.init(rawValue: try json.text(of: name))
                return
            }
            let utf8 = json.bytes[name.range]
            guard let known = Self.names.first(where: { $0.utf8.count == utf8.count && $0.utf8.elementsEqual(utf8) })
            else { return nil }
            self = known.field
        }

        var isAddress: Bool {
            switch self {
            case .user, .users, .topic, .topics, .everyone: true
            case .event, .data, .translations, .retry, .ttl, .key: false
            }
        }

        var bit: UInt16 {
            switch self {
            case .user: 1 << 0
            case .users: 1 << 1
            case .topic: 1 << 2
            case .topics: 1 << 3
            case .everyone: 1 << 4
            case .event: 1 << 5
            case .data: 1 << 6
            case .translations: 1 << 7
            case .retry: 1 << 8
            case .ttl: 1 << 9
            case .key: 1 << 10
            }
        }
    }

    private var audience: Audience?
    private var event: EventName?
    private var data: Content?
    private var translations: [Translation]?
    private var retry: Int?
    private var ttl: Int?
    private var key: Name?

    /// Reads the next value, which must be an alarm.
    ///
    /// - Throws: ``JSONError``, or a ``Problem`` whose pointer starts at the alarm.
    static func alarm(_ json: inout JSONReader) throws -> Alarm {
        guard try json.nextKind() == .object else {
            throw Problem.wrongType(at: .root, expected: "an alarm: a JSON object")
        }
        try json.enter()
        var reader = AlarmReader()
        var seen: UInt16 = 0
        while let token = try json.nextMember() {
            guard let field = try Field(token, in: json) else {
                let name = try json.text(of: token)
                throw Problem.unknownField(at: JSONPointer(name), known: Field.allCases.map(\.rawValue))
            }
            guard seen & field.bit == 0 else { throw Problem.duplicateField(at: JSONPointer(field.rawValue)) }
            seen |= field.bit
            if field.isAddress, reader.audience != nil {
                throw Problem.severalAddresses(at: JSONPointer(field.rawValue))
            }
            try reader.read(field, from: &json)
        }
        return try reader.alarm()
    }

    private func alarm() throws(Problem) -> Alarm {
        guard let audience else { throw .missingAddress }
        if data == nil {
            guard let translations else { throw .missingContent }
            guard !translations.isEmpty else {
                throw .empty(at: JSONPointer("translations"), expected: "language, since there is no data")
            }
        }
        return Alarm(
            audience: audience,
            event: event ?? .alarm,
            data: data,
            translations: translations ?? [],
            retry: retry,
            ttl: ttl,
            key: key
        )
    }

    private mutating func read(_ field: Field, from json: inout JSONReader) throws {
        let pointer = { JSONPointer(field.rawValue) }
        switch field {
        case .user: audience = .user(try json.name(at: pointer))
        case .users: audience = .users(try json.names(at: pointer))
        case .topic: audience = .topic(try json.name(at: pointer))
        case .topics: audience = .topics(try json.names(at: pointer))
        case .everyone:
            guard try json.nextKind() == .boolean, try json.literal() == true else {
                throw Problem.wrongType(at: pointer(), expected: "true; leave it out for an alarm to somebody")
            }
            audience = .everyone
        case .event: event = try json.eventName(at: pointer)
        case .data: data = try json.content()
        case .translations: translations = try json.translations(at: pointer)
        case .retry: retry = try json.integer(in: Alarm.retryRange, unit: "milliseconds", at: pointer)
        case .ttl: ttl = try json.integer(in: Alarm.ttlRange, unit: "seconds", at: pointer)
        case .key: key = try json.name(at: pointer)
        }
    }
}
