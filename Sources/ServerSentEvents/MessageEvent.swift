/// An event as a reader dispatches it to its listeners (WHATWG HTML 9.2.6).
public struct MessageEvent: Hashable, Sendable {
    /// What to call listeners of; ``EventType/message`` where the stream named none.
    public var type: EventType

    /// The lines of the event's data, joined with LF.
    public var data: String

    /// The last event ID in force: this event's, or else that of the last block that had one.
    public var lastEventID: EventID

    /// Makes an event as if it had been read.
    public init(type: EventType = .message, data: String, lastEventID: EventID = .none) {
        self.type = type
        self.data = data
        self.lastEventID = lastEventID
    }
}

extension MessageEvent {
    /// An event that still lies in the parser's memory; its strings are made only where they are asked for.
    public struct Borrowed: ~Copyable {
        /// What to call listeners of; `message` where the stream named none.
        public let type: EventStreamText
        /// The lines of the event's data, joined with LF.
        public let data: EventStreamText
        /// The last event ID in force: this event's, or else that of the last block that had one.
        public let lastEventID: EventStreamText
    }

    /// Copies an event out of the parser's memory.
    public init(_ event: borrowing Borrowed) {
        type = EventType(unchecked: event.type.string)
        data = event.data.string
        lastEventID = EventID(unchecked: event.lastEventID.string)
    }
}
