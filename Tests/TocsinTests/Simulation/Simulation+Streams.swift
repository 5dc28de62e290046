import SeededRandomness

@testable import Tocsin

/// Readers that come and go.
extension Simulation {
    func name(of stream: SimulatedStream) -> String { "stream \(stream.number) on loop \(stream.loop.number)" }

    // MARK: Coming

    /// A reader without a stream asks for one.
    func connect() {
        let idle = readers.filter { reader in
            reader.stream == nil && !arrivals.contains { $0.reader === reader }
        }
        guard let reader = random.element(of: idle), let loop = random.element(of: loops) else { return }
        let text = resumePoint(of: reader)
        reader.connect(resumingAfter: text)
        let discontinuities = loop.shard.discontinuities
        arrivals.append(
            Arrival(
                reader: reader,
                loop: loop,
                start: start(resumingAfter: text),
                discontinuities: discontinuities,
                languages: random.element(of: SimulatedLanguages.all) ?? SimulatedLanguages(ranges: []),
                hasGreeting: random.chance(20)
            )
        )
    }

    private func resumePoint(of reader: SimulatedReader) -> String {
        // Whose stream was replaced, is told not to come back; it is as if another reader came.
        let last = reader.lastEventID == "replaced" ? "" : reader.lastEventID
        switch random.index(below: 100) {
        case 0..<70: return last
        case 70..<78: return ""
        case 78..<86: return "earliest"
        case 86..<90: return random.element(of: reader.oldIDs) ?? last
        case 90..<94: return random.element(of: journal.log.suffix(30))?.entry.id.description ?? last
        case 94..<96: return journal.state.floor.description
        case 96..<98: return journal.state.head.description
        default: return random.element(of: Self.unknownIDs) ?? ""
        }
    }

    private static let unknownIDs = [
        "nonsense", "1-1", "18446744073709551615-18446744073709551615", "0-0", "1000000-99999999",
    ]

    private func start(resumingAfter text: String) -> Subscription.Start {
        if text.isEmpty { return .live }
        if text == "earliest" { return .earliest }
        let head = journal.state.head
        guard let id = AlarmID(text), id.high == head.high, id.low <= head.low else {
            return .reset(.unknown, head: head)
        }
        if id < journal.state.floor { return .reset(.expired, head: head) }
        if journal.state.standing(of: id) != .resumable { fail("\(id) should be resumable") }
        return .after(id)
    }

    /// A stream that was asked for comes to its loop.
    func open() {
        guard !arrivals.isEmpty else { return }
        let arrival = arrivals.remove(at: random.index(below: arrivals.count))
        let shard = arrival.loop.shard
        var expected = arrival.start
        if case .after = arrival.start, arrival.discontinuities != shard.discontinuities {
            expected = .reset(.unknown, head: shard.position)
            saw(.resetPastLostWhileOpening)
        }
        if case .after(let id) = expected, id > shard.position { saw(.openedBeyondPosition) }
        if case .earliest = expected { saw(.openedWhereEverythingIsKept) }
        let greeting = arrival.hasGreeting ? Self.greeting : nil
        let stream = SimulatedStream(
            loop: arrival.loop,
            channel: SimulatedChannel(profile: profile, random: &random),
            model: StreamModel(
                addresses: arrival.reader.addresses,
                languages: arrival.languages,
                defaultLanguage: profile.defaultLanguage,
                start: expected,
                greeting: greeting,
                position: shard.position
            )
        )
        stream.number = nextStreamNumber
        nextStreamNumber += 1
        arrival.reader.stream = stream
        if random.chance(profile.sharedConnections) {
            stream.sibling = streams.filter { $0.loop === arrival.loop && $0.channel.state == .open }
                .randomElement(using: &random)
        }
        streams.append(stream)
        attach(stream)
        note("\(name(of: stream)) opens at \(expected) (position \(shard.position)) for \(arrival.reader.addresses)")
        let request = Subscription(
            addresses: arrival.reader.addresses,
            languages: arrival.languages.preference,
            start: arrival.start,
            discontinuities: arrival.discontinuities,
            greeting: greeting
        )
        with(arrival.loop) { stream.subscriber = $0.open(request, on: stream.channel) }
        if stream.channel.state != .open {
            stream.subscriber.map(shard.close)
        }
    }

    private func attach(_ stream: SimulatedStream) {
        stream.channel.events = SimulatedChannel.Events(
            wrote: { [unowned self, unowned stream] bytes in
                stream.lastSaid = stream.loop.ticks
                stream.waitingSince = stream.waitingSince ?? stream.loop.ticks
                digest = (digest ^ UInt64(bytes.count)) &* 0x100_0000_01B3 &+ stream.model.mark.low
                note("\(name(of: stream)) says \(String(decoding: bytes.prefix(200), as: UTF8.self).debugDescription)")
                for fault in stream.model.say(bytes, at: moment, journal) {
                    fail("\(name(of: stream)): \(fault)")
                }
                saw(stream.model.sights)
            },
            writabilityChanged: { [unowned self, unowned stream] in
                let isWritable = stream.channel.isWritable
                note("\(name(of: stream)) is \(isWritable ? "writable" : "not writable")")
                stream.unwritableSince = isWritable ? nil : stream.loop.ticks
                if !isWritable, moment.isLive { saw(.fellBack) }
                if isWritable { stream.writableSince = stream.loop.ticks }
                stream.subscriber.map(stream.loop.shard.writabilityChanged)
            },
            flushed: { [unowned self, unowned stream] in
                hand(stream.channel.take(atMost: .max), to: stream)
                stream.channel.settle()
            },
            broke: { [unowned self, unowned stream] in
                note("\(name(of: stream)) is gone")
                stream.subscriber.map(stream.loop.shard.close)
                if moment.isLive { saw(.brokeInAWrite) }
                guard let sibling = stream.sibling, sibling.channel.state == .open else { return }
                if moment.isLive { saw(.brokeWithSibling) }
                sibling.channel.disconnect()
            },
            misused: { [unowned self, unowned stream] in
                fail("\(name(of: stream)) was \($0)")
            }
        )
    }

    // MARK: Reading and going

    func take(_ stream: SimulatedStream, atMost limit: Int) {
        guard stream.channel.hasBytes else { return }
        let bytes = stream.channel.take(atMost: limit)
        hand(bytes, to: stream)
        with(stream.loop) { _ in stream.channel.settle() }
    }

    private func hand(_ bytes: [UInt8], to stream: SimulatedStream) {
        if !bytes.isEmpty { stream.lastTaken = stream.loop.ticks }
        if !stream.channel.hasBytes { stream.waitingSince = nil }
        if stream.channel.isGone, bytes.suffix(2) != [10, 10] { saw(.cutInABlock) }
        reader(of: stream)?.take(bytes)
    }

    func reader(of stream: SimulatedStream) -> SimulatedReader? {
        readers.first { $0.stream === stream }
    }

    /// Forgets streams that are over.
    func sweep() {
        for stream in streams {
            let isOver = stream.channel.isGone || (stream.channel.state != .open && !stream.channel.hasBytes)
            if isOver || stream.channel.wasAborted { reader(of: stream)?.stream = nil }
        }
        streams.removeAll { stream in
            stream.channel.state == .closed
                || (stream.channel.state == .ended && (stream.channel.isGone || !stream.channel.hasBytes))
        }
    }
}
