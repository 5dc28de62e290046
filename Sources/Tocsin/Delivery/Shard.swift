/// The subscribers of one event loop, and what they are sent. Used on that loop only.
///
/// It walks each committed batch alarm by alarm, in the order of ids. A subscriber takes an alarm that concerns it, in the
/// variant of its languages; what it took in one walk is written and flushed at once. Its ``position`` is how far it has
/// come: every alarm up to there was handed to the subscribers that were live.
package final class Shard {
    package struct Configuration: Sendable {
        /// Seconds of silence after which a stream is told that it lives; 1 or more.
        package var heartbeat = 15
        /// Seconds without a byte taken after which a stream is closed.
        package var stallTimeout = 60
        /// Seconds after which a stream is ended, less up to a fifth of it; `nil` for never.
        package var streamLifetime: Int?
        /// What readers get whose languages are not there, where an alarm has no data.
        package var defaultLanguage: LanguageTag?
        var recent = RecentWindow.Limits()
        /// How many bytes of the past a stream is written at a time, before its channel is asked whether it takes more.
        package var catchUpBytes = 64 << 10

        package init() {}
    }

    let now: WallClock
    let metrics: HubMetrics
    let pages: PageQueue
    let configuration: Configuration
    var random: any RandomNumberGenerator

    package internal(set) var position: AlarmID
    /// How many times the past was lost.
    package internal(set) var discontinuities = 0
    var recent: RecentWindow
    var groups: [Address: SubscriberGroup] = [:]
    var languages = LanguageTable()
    private var wheel: HeartbeatWheel
    private var stalls: StallWatch
    private var rounds: Rounds
    private var expiries = ExpiryCalendar()
    var subscribers = ContiguousArray<Subscriber>()
    /// Who could not read a page, to try again when the next second has passed.
    var delayed: [Subscriber] = []
    var retentionFloor = AlarmID.zero
    var lists = FrameLists()
    var walks: UInt64 = 0
    var alarmsWalked: UInt64 = 0
    /// What ``metrics`` are not told yet.
    var tally = ShardTally()
    var latencies: LatencyMeter
    private var openStreams: [StreamProtocol: Int] = [:]

    /// - Parameters:
    ///   - recent: the newest entries of the journal, oldest first.
    ///   - floor: `recent` has everything after it, up to `position`.
    package init(
        configuration: Configuration, recent entries: [Entry], floor: AlarmID, position: AlarmID,
        reader: any PageReader,
        now: @escaping WallClock, random: any RandomNumberGenerator, metrics: HubMetrics = .none,
        uptime: @escaping Uptime = systemUptime
    ) {
        self.configuration = configuration
        self.now = now
        self.metrics = metrics
        self.latencies = LatencyMeter(uptime)
        self.pages = PageQueue(reader)
        self.random = random
        self.position = position
        self.wheel = HeartbeatWheel(interval: configuration.heartbeat)
        self.stalls = StallWatch(timeout: configuration.stallTimeout)
        let lifetime = configuration.streamLifetime ?? .max
        self.rounds = Rounds(seconds: min(configuration.stallTimeout / 4, lifetime / 20))
        self.recent = RecentWindow(
            floor: floor, limits: configuration.recent, defaultLanguage: configuration.defaultLanguage)
        for entry in entries {
            recent.append(entry)
        }
    }

    /// Where a stream starts that resumes after what its client sent as the last event id; `nil` where only the journal can
    /// tell.
    ///
    /// Most clients that come back, also after a restart, have seen something recent.
    package func start(resumingAfter text: String) -> Subscription.Start? {
        if text == position.description { return .after(position) }
        guard let id = AlarmID(text), recent.reachesBack(to: id) else { return nil }
        return .after(id)
    }

    /// How many streams are open.
    package var count: Int { subscribers.count }

    /// How many streams are open over what.
    package func count(over transport: StreamProtocol) -> Int { openStreams[transport, default: 0] }

    /// The users who have a stream open, each once.
    package var users: [Name] {
        groups.keys.compactMap { address in
            if case .user(let name) = address { name } else { nil }
        }
    }
}

// MARK: - A stream's life

extension Shard {
    /// Adds a stream whose head has been written: writes its opening and then what it missed.
    package func open(_ request: Subscription, on channel: any StreamChannel) -> Subscriber {
        var start = request.start
        if case .after = start, let known = request.discontinuities, known != discontinuities {
            start = .reset(.unknown, head: position)
        }
        let cursor: AlarmID
        switch start {
        case .live: cursor = position
        case .earliest: cursor = .zero
        case .after(let id), .reset(_, let id): cursor = id
        }
        let subscriber = Subscriber(
            addresses: request.addresses, pass: request.pass, channel: channel,
            languageSlot: languages.retain(request.languages), cursor: cursor)
        subscriber.place = subscribers.count
        subscribers.append(subscriber)
        for address in request.addresses {
            let group = groups[address] ?? SubscriberGroup(address)
            if group.members.isEmpty { groups[address] = group }
            group.insert(subscriber)
        }
        wheel.insert(subscriber, using: &random)
        subscriber.told = cursor
        if let lifetime = configuration.streamLifetime, channel.transport != .inProcess {
            // At random, since those that came together are not to leave together; a round takes the last twentieth.
            let seconds = Int.random(in: lifetime * 4 / 5...lifetime - lifetime / 20, using: &random)
            subscriber.lastTick = wheel.now &+ UInt32(clamping: seconds)
        }
        expiries.insert(subscriber)
        openStreams[channel.transport, default: 0] += 1
        metrics.streamOpened(over: channel.transport)
        switch start {
        case .earliest, .after: subscriber.catchUp = .resume
        case .reset(let reason, _): metrics.reset(reason)
        case .live: break
        }

        var opening = Block.opening(of: start, at: cursor, using: &random)
        if let greeting = request.greeting {
            opening += Block.greeting(greeting)
        }
        let meaning: EventBatch.Meaning
        switch start {
        case .reset(let reason, let head):
            opening += Block.reset(reason, head: head)
            meaning = .reset(reason, head: head)
        case .live, .after: meaning = .position(cursor)
        case .earliest: meaning = .none
        }
        channel.write(EventBatch(opening, meaning: meaning))
        proceed(subscriber)
        if !subscriber.machine.isClosed, !channel.isWritable {
            // The channel does not know its subscriber yet, so it could not tell.
            stalls.begin(subscriber, at: wheel.now)
        }
        return subscriber
    }

    /// Forgets a stream whose channel is gone. Asking again does nothing.
    package func close(_ subscriber: Subscriber) {
        close(subscriber, since: .left)
    }

    private func close(_ subscriber: Subscriber, since end: StreamEnd) {
        guard !subscriber.machine.isClosed else { return }
        subscriber.machine.close()
        openStreams[subscriber.channel.transport, default: 0] -= 1
        metrics.streamEnded(end)
        endCatchUp(of: subscriber)
        let last = subscribers.removeLast()
        if last !== subscriber {
            subscribers[subscriber.place] = last
            last.place = subscriber.place
        }
        for membership in subscriber.memberships {
            membership.group.remove(at: membership.index)
            if membership.group.members.isEmpty {
                groups[membership.group.address] = nil
            }
        }
        subscriber.memberships = []
        languages.release(subscriber.languageSlot)
        wheel.remove(subscriber)
        stalls.end(subscriber)
        expiries.remove(subscriber)
        pages.cancel(subscriber)
    }

    /// Ends a stream since another one took its place.
    package func replace(_ subscriber: Subscriber) {
        end(subscriber, since: .replaced, with: EventBatch(Block.replaced, meaning: .replaced))
    }

    /// Ends a stream, which may come back.
    package func end(_ subscriber: Subscriber, since end: StreamEnd) {
        self.end(subscriber, since: end, retryingAfter: Block.farewellRetry)
    }

    /// Ends the streams whose passes are worth nothing any more.
    ///
    /// - Parameter isRevoked: looks at each pass that there is.
    package func endStreams(where isRevoked: (StreamPass) -> Bool) {
        let revoked = subscribers.filter { $0.pass.map(isRevoked) ?? false }
        for subscriber in revoked {
            end(subscriber, since: .revoked)
        }
    }

    /// Ends streams, whichever, each with its own reconnection time, so that they do not all come back at once.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - milliseconds: what their reconnection times are between.
    package func end(_ count: Int, retryingAfter milliseconds: ClosedRange<Int>) {
        for _ in 0..<min(count, subscribers.count) {
            guard let subscriber = subscribers.randomElement(using: &random) else { return }
            end(subscriber, since: .drained, retryingAfter: milliseconds)
        }
    }

    private func end(_ subscriber: Subscriber, since end: StreamEnd, retryingAfter milliseconds: ClosedRange<Int>) {
        let last = EventBatch(Block.farewell(retryingAfter: milliseconds, using: &random))
        self.end(subscriber, since: end, with: last)
    }

    private func end(_ subscriber: Subscriber, since end: StreamEnd, with last: EventBatch) {
        guard !subscriber.machine.isClosed else { return }
        close(subscriber, since: end)
        subscriber.channel.end(last)
    }

    /// The channel of a stream takes more again, or no more.
    package func writabilityChanged(_ subscriber: Subscriber) {
        guard !subscriber.machine.isClosed else { return }
        if subscriber.channel.isWritable {
            stalls.end(subscriber)
            proceed(subscriber)
        } else {
            stalls.begin(subscriber, at: wheel.now)
        }
    }

    /// A second has passed: tells silent streams that they live, closes those that take nothing, and ends those whose
    /// time is over or whose passes have expired.
    package func tick() {
        let now = wheel.now &+ 1
        for subscriber in stalls.advance(to: now) {
            close(subscriber, since: .stalled)
            subscriber.channel.abort()
        }
        for subscriber in expiries.expired(at: self.now()) {
            end(subscriber, since: .expired)
        }
        goRound(at: now)
        var position: (id: AlarmID, batch: EventBatch)?
        for subscriber in wheel.advance(using: &random) {
            // Writing to one can close others that share its connection.
            guard !subscriber.machine.isClosed, subscriber.channel.isWritable else { continue }
            tally.heartbeats += 1
            let cursor = subscriber.machine.cursor(at: self.position)
            if cursor > subscriber.told {
                if position?.id != cursor {
                    position = (cursor, EventBatch(Block.position(cursor), meaning: .position(cursor)))
                }
                guard let batch = position?.batch else { continue }
                subscriber.told = cursor
                write(batch, to: subscriber)
            } else {
                write(Self.comment, to: subscriber)
            }
        }
        let waiting = delayed
        delayed = []
        for subscriber in waiting {
            proceed(subscriber)
        }
        tellMetrics()
    }

    /// Hands over what was counted since the last time.
    package func tellMetrics() {
        metrics.add(tally, latencies.take())
        tally = ShardTally()
    }

    private func goRound(at now: UInt32) {
        var outlived: [Subscriber] = []
        for subscriber in subscribers[rounds.advance(through: subscribers.count)] {
            if subscriber.lastTick <= now {
                outlived.append(subscriber)
            } else if subscriber.channel.hasUntakenBytes {
                stalls.begin(subscriber, at: now)
            }
        }
        for subscriber in outlived {
            end(subscriber, since: .outlived)
        }
    }

    private static let comment = EventBatch(Block.heartbeat)

    func write(_ batch: EventBatch, to subscriber: Subscriber) {
        subscriber.lastWrite = wheel.now
        subscriber.channel.write(batch)
    }
}
