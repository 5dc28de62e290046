/// A comment in an event stream, which readers ignore (WHATWG HTML 9.2.5).
///
/// It may stand between the lines of an event, and needs no blank line after it. Proxies see that the stream lives (9.2.7).
public struct EventStreamComment: Hashable, Sendable {
    /// The text; each line that CR, LF or CRLF ends is sent as a line of its own.
    public var text: String

    /// Makes a comment of any text.
    public init(_ text: String) {
        self.text = text
    }

    /// The shortest comment, `:` alone on its line.
    public static let heartbeat = EventStreamComment("")
}
