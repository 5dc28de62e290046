/// What an alarm says: a text, or any other JSON value.
public enum Content: Hashable, Sendable {
    /// Sent as it is, split at its line ends.
    case text(String)
    /// A JSON value other than a string (RFC 8259), as it was published but without white space between its tokens.
    case json(String)

    /// What is sent as the event's data.
    public var string: String {
        switch self {
        case .text(let string), .json(let string): string
        }
    }
}

/// One language's version of what an alarm says.
public struct Translation: Hashable, Sendable {
    public let language: LanguageTag
    public let content: Content

    package init(language: LanguageTag, content: Content) {
        self.language = language
        self.content = content
    }

    /// - Parameters:
    ///   - language: a tag of BCP 47, such as `ko` or `en-US`.
    ///   - content: what readers of that language see.
    /// - Throws: ``InvalidAlarm`` when `language` is no well-formed tag.
    public init(_ language: String, _ content: Content) throws(InvalidAlarm) {
        guard let tag = LanguageTag(language) else { throw InvalidAlarm(reason: .language(language)) }
        self.init(language: tag, content: content)
    }
}
