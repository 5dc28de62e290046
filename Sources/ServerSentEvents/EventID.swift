/// The id of an event, in the field `id`: what a reader sends back as `Last-Event-ID` when it reconnects.
///
/// It holds no CR, LF or NUL (WHATWG HTML 9.2.5, 9.2.6). Ids are compared byte by byte.
public struct EventID: Hashable, Sendable {
    private let text: FieldText

    /// - Parameter string: the id; may be empty, see ``none``.
    /// - Throws: ``InvalidEventField`` when `string` holds CR, LF or NUL.
    public init(_ string: String) throws(InvalidEventField) {
        guard !string.utf8.contains(0) else {
            throw InvalidEventField(code: .null, message: "an event id holds no NUL")
        }
        text = try FieldText(string)
    }

    /// For a text that is known to be valid, as one is that was read from an `id` line.
    package init(unchecked string: String) {
        text = FieldText(unchecked: string)
    }

    /// The empty id: as a stream's last event ID it says that there is none, and sent in an event it resets that to none.
    public static let none = EventID(unchecked: "")

    /// The id as text.
    public var string: String { text.string }

    /// Whether this is ``none``, with which no `Last-Event-ID` header is sent (WHATWG HTML 9.2.4).
    public var isEmpty: Bool { string.isEmpty }
}

extension EventID: CustomStringConvertible {
    public var description: String { string }
}
