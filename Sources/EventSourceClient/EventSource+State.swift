extension EventSource {
    /// How the connection fares.
    public enum State: Sendable {
        /// It is being made.
        case connecting
        /// The server has answered with an event stream.
        case open
        /// It failed or ended, and will be made again after this time.
        case waiting(Duration, because: EventSourceError)
        /// It has ended and will not be made again: with an error, or, where that is `nil`, since the server said so (204) or
        /// the loop ended.
        case closed(because: EventSourceError?)
    }
}

extension EventSource.State: CustomStringConvertible {
    public var description: String {
        switch self {
        case .connecting: "connecting"
        case .open: "open"
        case .waiting(let time, let error): "waiting \(time), because \(error)"
        case .closed(let error?): "closed, because \(error)"
        case .closed(nil): "closed"
        }
    }
}
