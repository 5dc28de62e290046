import ServerSentEvents
import TocsinServer

/// What a reader dispatches of an event stream, as lines of JSON.
struct EventLines {
    private var writer = JSONWriter()
    /// What the stream has set; before that a reader has one of its own, which is not known here.
    private var reconnectionTime: ReconnectionTime?

    /// The lines since they were last removed.
    var bytes: [UInt8] { writer.bytes }

    /// Appends a line for an event, and for a reconnection time that is not the one in force.
    mutating func append(_ item: borrowing EventStreamItem.Borrowed) {
        switch item {
        case .event(let event):
            append(type: event.type.string, data: event.data.string, lastEventID: event.lastEventID.string)
        case .reconnectionTime(let time):
            append(time)
        case .comment:
            break
        }
    }

    /// Appends a line for an event.
    mutating func append(_ event: MessageEvent) {
        append(type: event.type.string, data: event.data, lastEventID: event.lastEventID.string)
    }

    private mutating func append(type: String, data: String, lastEventID: String) {
        writer.object { event in
            event.name("type")
            event.string(type)
            event.name("data")
            event.string(data)
            event.name("lastEventId")
            event.string(lastEventID)
        }
        writer.endLine()
    }

    private mutating func append(_ time: ReconnectionTime) {
        guard time != reconnectionTime else { return }
        reconnectionTime = time
        writer.object { change in
            change.name("retry")
            change.integer(time.milliseconds)
        }
        writer.endLine()
    }

    /// Removes the lines, and keeps the memory for the next unless it is much.
    mutating func removeAll() {
        writer.removeAll(keepingCapacity: writer.bytes.count <= 1 << 20)
    }
}
