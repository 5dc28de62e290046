import Tocsin
import TocsinServer

/// The body of one publish: what `POST /alarms` takes.
struct AlarmMessage: Hashable, Sendable {
    /// Whom it concerns: exactly one kind.
    enum Audience: Hashable, Sendable {
        case users([String])
        case topics([String])
        case everyone

        /// - Throws: ``CommandFailure`` for none, or for kinds that are mixed.
        init(users: [String], topics: [String], everyone: Bool) throws(CommandFailure) {
            switch (users.isEmpty, topics.isEmpty, everyone) {
            case (false, true, false): self = .users(users)
            case (true, false, false): self = .topics(topics)
            case (true, true, true): self = .everyone
            case (true, true, false):
                throw CommandFailure(usage: "whom it concerns is missing: give --user, --topic or --everyone")
            default:
                throw CommandFailure(usage: "an alarm concerns users, topics or everyone, not several of these at once")
            }
        }
    }

    /// A text for readers of one language.
    struct Translation: Hashable, Sendable {
        let tag: String
        let content: Content
    }

    let audience: Audience
    var event: String?
    var content: Content?
    var translations: [Translation] = []
    /// Seconds.
    var timeToLive: Int?
    let key: String

    /// As JSON.
    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { alarm in
            write(audience, into: &alarm)
            if let event {
                alarm.name("event")
                alarm.string(event)
            }
            if let content {
                alarm.name("data")
                alarm.content(content)
            }
            if !translations.isEmpty {
                alarm.name("translations")
                alarm.object { object in
                    for translation in translations {
                        object.name(translation.tag)
                        object.content(translation.content)
                    }
                }
            }
            if let timeToLive {
                alarm.name("ttl")
                alarm.integer(timeToLive)
            }
            alarm.name("key")
            alarm.string(key)
        }
        return writer.bytes
    }

    private func write(_ audience: Audience, into alarm: inout JSONWriter) {
        switch audience {
        case .users(let names): Self.write(names, one: "user", several: "users", into: &alarm)
        case .topics(let names): Self.write(names, one: "topic", several: "topics", into: &alarm)
        case .everyone:
            alarm.name("everyone")
            alarm.boolean(true)
        }
    }

    private static func write(_ names: [String], one: String, several: String, into alarm: inout JSONWriter) {
        if names.count == 1 {
            alarm.name(one)
            alarm.string(names[0])
        } else {
            alarm.name(several)
            alarm.array { array in
                for name in names { array.string(name) }
            }
        }
    }
}

extension AlarmMessage.Translation {
    /// Reads what follows `--lang`.
    ///
    /// - Parameters:
    ///   - text: `TAG=TEXT`.
    ///   - isJSON: whether the text is JSON.
    /// - Throws: ``CommandFailure`` where it is not of that form.
    init(option text: String, isJSON: Bool) throws(CommandFailure) {
        guard let equals = text.firstIndex(of: "="), let tag = LanguageTag(String(text[..<equals])) else {
            throw CommandFailure(
                usage: "--lang is a language tag and a text, like 'ko=안녕하세요', not \(text.debugDescription)")
        }
        let value = String(text[text.index(after: equals)...])
        self.tag = tag.string
        do {
            content = try Content(value, isJSON: isJSON)
        } catch {
            throw CommandFailure(usage: "the text of --lang \(tag.string) is not JSON, which --json asks for: \(error)")
        }
    }
}

extension Content {
    /// What an alarm says: a text as it is, or a JSON value.
    init(_ text: String, isJSON: Bool) throws(JSONError) {
        self = isJSON ? try Content(json: text.utf8) : .text(text)
    }
}
