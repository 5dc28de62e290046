import NIOCore
import ServerSentEvents

@testable import Tocsin

extension AlarmID {
    static func of(_ low: UInt64) -> AlarmID { AlarmID(high: 1, low: low) }
}

extension Address {
    static func user(_ name: String) throws -> Address { .user(try Name(name)) }
    static func topic(_ name: String) throws -> Address { .topic(try Name(name)) }
}

extension Entry {
    static func alarm(
        _ low: UInt64,
        to audience: Audience = .everyone,
        text: String? = nil,
        ttl: Int? = nil,
        at milliseconds: Int64 = 0
    ) -> Entry {
        Entry(
            id: .of(low),
            publishedAt: Timestamp(milliseconds: milliseconds),
            alarm: Alarm(audience: audience, data: .text(text ?? "\(low)"), ttl: ttl)
        )
    }

    static func withdrawal(_ low: UInt64, of target: UInt64, to audience: Audience = .everyone) -> Entry {
        Entry(id: .of(low), publishedAt: Timestamp(milliseconds: 0), withdrawing: .of(target), from: audience)
    }
}

/// A channel that keeps what it is given.
final class RecordingChannel: StreamChannel {
    var transport = StreamProtocol.http1
    var isWritable = true
    var hasUntakenBytes = false
    var taken: UInt64? = 0
    var onWrite: () -> Void = {}
    private(set) var writes: [[UInt8]] = []
    private(set) var last: [UInt8]?
    private(set) var wasAborted = false

    func write(_ batch: EventBatch) {
        writes.append(Array(batch.blocks.readableBytesView))
        onWrite()
    }

    func end(_ batch: EventBatch) {
        last = Array(batch.blocks.readableBytesView)
    }

    func abort() {
        wasAborted = true
    }

    func takenBytes() -> UInt64? { taken }

    /// What a browser makes of all that was written.
    var events: [MessageEvent] {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        for write in writes { try? parser.parse(write, into: &items) }
        return items.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    /// The ids of the alarms that were written.
    var alarms: [UInt64] {
        events.filter { $0.type.string == "alarm" || $0.type.string == "withdrawn" }
            .compactMap { AlarmID($0.lastEventID.string)?.low }
    }
}

extension Subscriber {
    static func idle(on channel: RecordingChannel = RecordingChannel()) -> Subscriber {
        Subscriber(addresses: [.everyone], channel: channel, languageSlot: 0, cursor: .zero)
    }
}
