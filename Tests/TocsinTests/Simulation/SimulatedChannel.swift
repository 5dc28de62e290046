import NIOCore
import SeededRandomness
import ServerSentEvents

@testable import Tocsin

/// The bytes of a stream on their way: some wait, and a connection that breaks takes those with it.
final class SimulatedChannel: StreamChannel {
    enum State {
        case open, ended, closed
    }

    /// What the simulation does when something happens here; all are called at once, as an event loop does.
    struct Events {
        var wrote: ([UInt8]) -> Void = { _ in }
        var writabilityChanged: () -> Void = {}
        /// The reader takes all at once.
        var flushed: () -> Void = {}
        var broke: () -> Void = {}
        var misused: (String) -> Void = { _ in }
    }

    let transport = StreamProtocol.http1
    var events = Events()
    private(set) var state = State.open
    private(set) var isWritable = true
    /// Takes nothing for now.
    var isStuck: Bool
    let isSlow: Bool
    private let capacity: Int
    /// How often it has room again before a write returns, in percent.
    private let flushes: Int
    private var random: SeededGenerator
    /// The connection breaks when so many bytes have come through, or when so many were written.
    private let breaksAfterTaken: Int?
    private let breaksAfterWritten: Int?
    private var buffer: [UInt8] = []
    private var taken = 0
    private var written = 0
    private(set) var wasAborted = false
    /// The reader has left, and the server does not know yet: what it writes comes to nobody.
    private(set) var isGone = false

    init(profile: SimulationProfile, random: inout SeededGenerator) {
        isSlow = random.chance(profile.slowReaders)
        isStuck = random.chance(profile.deafReaders)
        capacity = profile.channelBytes
        flushes = profile.flushes
        self.random = random.fork()
        let breaks = random.chance(profile.breakingStreams)
        let place = Int.random(in: 1...1500, using: &random)
        breaksAfterTaken = breaks && random.chance(60) ? place : nil
        breaksAfterWritten = breaks && breaksAfterTaken == nil ? place : nil
    }

    var hasBytes: Bool { !buffer.isEmpty }

    var hasUntakenBytes: Bool { hasBytes }

    func takenBytes() -> UInt64? { UInt64(taken) }

    func write(_ batch: EventBatch) {
        guard state == .open else { return events.misused("written to after its end") }
        let bytes = Array(batch.blocks.readableBytesView)
        check(batch.chunk, of: bytes)
        check(batch.meaning, of: bytes)
        events.wrote(bytes)
        guard state == .open else { return }
        written += bytes.count
        if !isGone { buffer += bytes }
        if let breaksAfterWritten, written >= breaksAfterWritten {
            buffer.removeLast(min(buffer.count, written - breaksAfterWritten))
            disconnect()
        } else if buffer.count >= capacity, isSlow || isStuck, isWritable {
            isWritable = false
            events.writabilityChanged()
            if state == .open, !isStuck, random.chance(flushes) { events.flushed() }
        }
    }

    func end(_ last: EventBatch) {
        guard state == .open else { return events.misused("ended twice") }
        let bytes = Array(last.blocks.readableBytesView)
        check(last.meaning, of: bytes)
        events.wrote(bytes)
        buffer += bytes
        state = .ended
    }

    func abort() {
        guard state == .open else { return events.misused("aborted after its end") }
        wasAborted = true
        state = .closed
    }

    /// The server learns that the connection is gone.
    func disconnect() {
        guard state == .open else { return }
        isGone = true
        state = .closed
        isWritable = false
        events.broke()
    }

    /// What the reader takes now.
    func take(atMost limit: Int) -> [UInt8] {
        var count = min(limit, buffer.count)
        if let breaksAfterTaken { count = min(count, max(0, breaksAfterTaken - taken)) }
        let bytes = Array(buffer.prefix(count))
        buffer.removeFirst(count)
        taken += count
        if let breaksAfterTaken, taken >= breaksAfterTaken {
            leave()
        }
        return bytes
    }

    /// The reader goes, and with it what it has not taken.
    func leave() {
        buffer = []
        isGone = true
    }

    /// To be called when the reader has parsed what it took.
    func settle() {
        guard state == .open, !isWritable, !isStuck, buffer.count <= capacity / 2 else { return }
        isWritable = true
        events.writabilityChanged()
    }

    /// Takes nothing more, though little is waiting.
    func getStuck() {
        guard state == .open else { return }
        isStuck = true
        if isWritable {
            isWritable = false
            events.writabilityChanged()
        }
    }

    private func check(_ chunk: ByteBuffer, of bytes: [UInt8]) {
        var expected = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
        expected += bytes
        expected += Array("\r\n".utf8)
        if bytes.isEmpty || Array(chunk.readableBytesView) != expected {
            events.misused("given a chunk that is not that of its blocks")
        }
    }

    /// A reader in the same process is told what a browser makes of the bytes.
    private func check(_ meaning: EventBatch.Meaning, of bytes: [UInt8]) {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try? parser.parse(bytes, into: &items)
        let read = items.compactMap { item -> [String]? in
            guard case .event(let event) = item, event.data != Simulation.greeting else { return nil }
            return [event.type.string, event.data, event.lastEventID.string]
        }
        let told: [AlarmEvent]
        switch meaning {
        case .none:
            guard read.allSatisfy({ $0 == ["position", "", "earliest"] }) else {
                return events.misused("given a batch that says nothing of \(read)")
            }
            return
        case .position(let id):
            guard read == [["position", "", id.description]] else {
                return events.misused("given the position \(id) as \(read)")
            }
            return
        case .reset(let reason, let head): told = [.reset(reason, head: head)]
        case .replaced: told = [.replaced]
        case .alarms(let frames): told = frames.map { AlarmEvent($0.entry, variant: $0.variant) }
        }
        let expected = told.map(ServerSentEvent.init).map { event in
            [event.type?.string ?? "message", event.data ?? "", event.id?.string ?? ""]
        }
        if read != expected { events.misused("given \(expected) as \(read)") }
    }
}
