/// What a parser reads from an event stream.
public enum EventStreamItem: Hashable, Sendable {
    /// A block ended that has data, so listeners are to be called.
    case event(MessageEvent)
    /// The stream set the reconnection time, which counts at once, before its block ends.
    case reconnectionTime(ReconnectionTime)
    /// A line that starts with a colon: all that comes after it, a space at its start too.
    case comment(String)
}

extension EventStreamItem {
    /// An item that still lies in the parser's memory; its strings are made only where they are asked for.
    public enum Borrowed: ~Copyable {
        /// A block ended that has data, so listeners are to be called.
        case event(MessageEvent.Borrowed)
        /// The stream set the reconnection time, which counts at once, before its block ends.
        case reconnectionTime(ReconnectionTime)
        /// A line that starts with a colon: all that comes after it, a space at its start too.
        case comment(EventStreamText)
    }

    /// Copies an item out of the parser's memory.
    public init(_ item: borrowing Borrowed) {
        switch item {
        case .event(let event): self = .event(MessageEvent(event))
        case .reconnectionTime(let time): self = .reconnectionTime(time)
        case .comment(let text): self = .comment(text.string)
        }
    }
}
