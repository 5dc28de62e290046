internal import ServerSentEvents

/// The blocks that a stream is made of, as bytes on the wire.
package enum Block {
    static func alarm(_ entry: Entry, variant: Int) -> [UInt8] {
        ServerSentEvent.alarm(entry, variant: variant).serialized()
    }

    /// The first block. It gives the client a last event ID before the first alarm, so that a stream that breaks early
    /// resumes without a gap; where a `reset` follows it has none, so that the old one stays until then.
    static func opening(
        of start: Subscription.Start, at cursor: AlarmID, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        let retry = ServerSentEvent(retry: .random(in: 2000...4000, using: &random)).serialized()
        // In the same block: a blank line between would end it.
        switch start {
        case .reset: return retry
        case .earliest: return retry.dropLast() + position(EventID(unchecked: earliestID))
        case .live, .after: return retry.dropLast() + position(cursor)
        }
    }

    static func greeting(_ text: String) -> [UInt8] {
        ServerSentEvent(data: text).serialized()
    }

    static func position(_ id: AlarmID) -> [UInt8] {
        position(EventID(id))
    }

    private static func position(_ id: EventID) -> [UInt8] {
        // With data, if empty: Firefox ignores an id in a block that has none.
        ServerSentEvent(type: .position, data: "", id: id).serialized()
    }

    /// One comment line and no blank line, which no client takes for an event.
    static let heartbeat = EventStreamComment.heartbeat.serialized()

    static func reset(_ reason: ResetReason, head: AlarmID) -> [UInt8] {
        ServerSentEvent.reset(reason, head: head).serialized()
    }

    /// The last event ID that a stream gets whose place another one took: it is not to come back.
    package static let replacedID = "replaced"

    /// The resume point before everything that is kept.
    package static let earliestID = "earliest"

    static let replaced = ServerSentEvent.replaced.serialized()

    /// When a stream that was ended may come back where nothing else is said, in milliseconds.
    static let farewellRetry = 2000...6000

    /// The last block of a stream that may come back after so many milliseconds.
    static func farewell(
        retryingAfter milliseconds: ClosedRange<Int>, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        ServerSentEvent(retry: .random(in: milliseconds, using: &random)).serialized()
    }

    /// The only block of a stream that cannot be taken now: it may come back after 5 to 15 seconds.
    package static func refusal(using random: inout some RandomNumberGenerator) -> [UInt8] {
        ServerSentEvent(retry: .random(in: 5000...15_000, using: &random)).serialized()
    }
}

extension EventType {
    fileprivate static let position = EventType(unchecked: "position")
}

extension ServerSentEvent {
    static func alarm(_ entry: Entry, variant: Int) -> ServerSentEvent {
        let alarm = entry.alarm
        let content = variant == 0 ? alarm.data : alarm.translations[variant - 1].content
        return ServerSentEvent(
            type: EventType(unchecked: alarm.event.string), data: content?.string ?? "", id: EventID(entry.id),
            retry: alarm.retry.map(ReconnectionTime.init(clamping:)))
    }

    static func withdrawn(_ target: AlarmID, id: AlarmID) -> ServerSentEvent {
        ServerSentEvent(
            type: EventType(unchecked: EventName.withdrawn.string), data: Content.withdrawal(of: target).string,
            id: EventID(id))
    }

    static func reset(_ reason: ResetReason, head: AlarmID) -> ServerSentEvent {
        ServerSentEvent(
            type: EventType(unchecked: "reset"), data: #"{"reason":"\#(reason.rawValue)","head":"\#(head)"}"#,
            id: EventID(head))
    }

    static let replaced = ServerSentEvent(
        type: EventType(unchecked: "replaced"), data: "{}", id: EventID(unchecked: Block.replacedID))
}

extension EventID {
    fileprivate init(_ id: AlarmID) {
        self.init(unchecked: id.description)
    }
}

extension ReconnectionTime {
    fileprivate static func random(
        in range: ClosedRange<Int>, using random: inout some RandomNumberGenerator
    ) -> ReconnectionTime {
        ReconnectionTime(clamping: Int.random(in: range, using: &random))
    }
}
