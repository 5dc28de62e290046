public import ServerSentEvents

extension ServerSentEvent {
    /// The event that a browser's `EventSource` is sent for this, to be served by any HTTP server.
    ///
    /// An alarm has its name as type, its content as data and its id; the others are the events `withdrawn`, `reset` and
    /// `replaced`, with JSON as data.
    public init(_ event: AlarmEvent) {
        switch event {
        case .alarm(let alarm): self = .alarm(alarm.entry, variant: alarm.variant)
        case .withdrawn(let target, let id): self = .withdrawn(target, id: id)
        case .reset(let reason, let head): self = .reset(reason, head: head)
        case .replaced: self = .replaced
        }
    }
}
