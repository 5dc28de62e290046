/// What an alarm says: a text, or any other JSON value.
package enum Content: Hashable, Sendable {
    /// Sent as it is, split at its line ends.
    case text(String)
    /// A JSON value other than a string, as it was published but without white space between its tokens.
    case json(String)

    /// What is sent as the event's data.
    package var string: String {
        switch self {
        case .text(let string), .json(let string): string
        }
    }
}

/// One language's version of what an alarm says.
package struct Translation: Hashable, Sendable {
    package let language: LanguageTag
    package let content: Content

    package init(language: LanguageTag, content: Content) {
        self.language = language
        self.content = content
    }
}
