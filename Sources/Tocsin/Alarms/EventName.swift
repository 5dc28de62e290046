/// The name of an alarm's event, which a page listens for: `addEventListener(name, …)`.
///
/// It has at least one byte and no CR, LF or NUL, which would break the event stream's lines (WHATWG HTML 9.2.5).
public struct EventName: Hashable, Sendable {
    public let string: String

    private init(unchecked string: String) {
        self.string = string
    }

    /// - Throws: ``InvalidEventName`` when it is empty, holds CR, LF or NUL, or is one of ``reserved``.
    public init(_ string: String) throws(InvalidEventName) {
        guard !string.isEmpty else { throw InvalidEventName(reason: .empty) }
        guard !string.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
            throw InvalidEventName(reason: .lineBreakOrNull)
        }
        guard !Self.reserved.contains(string) else { throw InvalidEventName(reason: .reserved(string)) }
        self.string = string
    }

    /// Names with a meaning of their own, in the protocol or in the browser's `EventSource`.
    public static let reserved: Set<String> = ["position", "reset", "replaced", "withdrawn", "open", "error"]

    /// What an alarm is called that has no name of its own.
    public static let alarm = EventName(unchecked: "alarm")
    /// The entry that tells of a withdrawal; no alarm can be made with it.
    public static let withdrawn = EventName(unchecked: "withdrawn")

    /// A name that a journal kept: it was checked when it was published, so only a damaged file makes this fail.
    package init?(stored string: String) {
        if string == Self.withdrawn.string {
            self = .withdrawn
        } else if let name = try? EventName(string) {
            self = name
        } else {
            return nil
        }
    }
}

/// Why a text is no name for an event.
public struct InvalidEventName: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case empty
        case lineBreakOrNull
        case reserved(String)
    }

    package let reason: Reason

    public var description: String {
        switch reason {
        case .empty: "an event name has at least one character; leave the field out for the default, \"alarm\""
        case .lineBreakOrNull: "an event name holds no CR, LF or NUL"
        case .reserved(let name): "the event name \"\(name)\" is reserved; choose another"
        }
    }
}
