/// One event, or any other block of fields, as a server sends it (WHATWG HTML 9.2.5).
///
/// Each field is sent only if it is there, so that a block may also be less than an event: with ``retry`` alone it changes the
/// reconnection time, with ``id`` alone the last event ID, and no listener is called for either.
///
/// ```swift
/// let event = ServerSentEvent(type: try EventType("price"), data: "42", id: try EventID("7"))
/// var response: [UInt8] = []
/// event.append(to: &response)  // "event: price\ndata: 42\nid: 7\n\n"
/// ```
public struct ServerSentEvent: Hashable, Sendable {
    /// The field `event`; `nil` sends none, and the reader takes the event for a `message`.
    public var type: EventType?

    /// The fields `data`, one for each line.
    ///
    /// CR, LF and CRLF all end a line, and a reader joins the lines with LF. An empty text is one empty line, with which the
    /// event still reaches its listeners; `nil` sends no data, and then it reaches none.
    public var data: String?

    /// The field `id`: the last event ID from this block on; ``EventID/none`` resets it. `nil` leaves it as it is.
    public var id: EventID?

    /// The field `retry`: how long the reader waits before it reconnects, from now on.
    public var retry: ReconnectionTime?

    /// Makes an event of the fields that are given.
    public init(
        type: EventType? = nil,
        data: String? = nil,
        id: EventID? = nil,
        retry: ReconnectionTime? = nil
    ) {
        self.type = type
        self.data = data
        self.id = id
        self.retry = retry
    }
}
