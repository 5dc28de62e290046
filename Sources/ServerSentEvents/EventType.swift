/// The type of an event, in the field `event`: what a page names in `addEventListener(type, …)`.
///
/// It has at least one byte and neither CR nor LF (WHATWG HTML 9.2.5). Types are compared byte by byte.
public struct EventType: Hashable, Sendable {
    private let text: FieldText

    /// - Parameter string: the type; case and white space count.
    /// - Throws: ``InvalidEventField`` when `string` is empty or holds CR or LF.
    public init(_ string: String) throws(InvalidEventField) {
        guard !string.isEmpty else {
            throw InvalidEventField(
                code: .empty,
                message: "an event type has at least one character; leave it out for \"message\""
            )
        }
        text = try FieldText(string)
    }

    /// For a text that is known to be valid, as one is that was read from a line.
    package init(unchecked string: String) {
        text = FieldText(unchecked: string)
    }

    /// The type of an event that does not name one.
    public static let message = EventType(unchecked: "message")

    /// The type as text.
    public var string: String { text.string }
}

extension EventType: CustomStringConvertible {
    public var description: String { string }
}
