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
        /// What readers get whose languages are not there, where an alarm has no data.
        package var defaultLanguage: LanguageTag?
        var recent = RecentWindow.Limits()
        /// How many bytes of the past a stream is written at a time, before its channel is asked whether it takes more.
        var catchUpBytes = 64 << 10

        package init() {}
    }

    private let now: WallClock
    private let pages: PageQueue
    private let configuration: Configuration
    var random: any RandomNumberGenerator

    package private(set) var position: AlarmID
    /// How many times the past was lost.
    package private(set) var discontinuities = 0
    private var recent: RecentWindow
    private var groups: [Address: SubscriberGroup] = [:]
    private var languages = LanguageTable()
    private var wheel: HeartbeatWheel
    private var stalls: StallWatch
    private var subscribers = ContiguousArray<Subscriber>()
    /// Who could not read a page, to try again when the next second has passed.
    private var delayed: [Subscriber] = []
    private var retentionFloor = AlarmID.zero
    private var lists = FrameLists()
    private var walks: UInt64 = 0
    private var alarmsWalked: UInt64 = 0

    /// - Parameters:
    ///   - recent: the newest entries of the journal, oldest first.
    ///   - floor: `recent` has everything after it, up to `position`.
    package init(
        configuration: Configuration, recent entries: [Entry], floor: AlarmID, position: AlarmID, reader: any PageReader,
        now: @escaping WallClock, random: any RandomNumberGenerator
    ) {
        self.configuration = configuration
        self.now = now
        self.pages = PageQueue(reader)
        self.random = random
        self.position = position
        self.wheel = HeartbeatWheel(interval: configuration.heartbeat)
        self.stalls = StallWatch(timeout: configuration.stallTimeout)
        self.recent = RecentWindow(
            floor: floor, limits: configuration.recent, defaultLanguage: configuration.defaultLanguage)
        for entry in entries {
            recent.append(entry)
        }
    }

    /// How many streams are open.
    package var count: Int { subscribers.count }
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
            addresses: request.addresses, channel: channel, languageSlot: languages.retain(request.languages),
            cursor: cursor)
        subscriber.place = subscribers.count
        subscribers.append(subscriber)
        for address in request.addresses {
            let group = groups[address] ?? SubscriberGroup(address)
            if group.members.isEmpty { groups[address] = group }
            group.insert(subscriber)
        }
        wheel.insert(subscriber, using: &random)
        subscriber.told = cursor

        var opening = Block.opening(of: start, at: cursor, using: &random)
        if let greeting = request.greeting {
            opening += Block.greeting(greeting)
        }
        if case .reset(let reason, let head) = start {
            opening += Block.reset(reason, head: head)
        }
        channel.write(EventBatch(opening))
        proceed(subscriber)
        if !subscriber.machine.isClosed, !channel.isWritable {
            // The channel does not know its subscriber yet, so it could not tell.
            stalls.begin(subscriber, at: wheel.now)
        }
        return subscriber
    }

    /// Forgets a stream whose channel is gone. Asking again does nothing.
    package func close(_ subscriber: Subscriber) {
        guard !subscriber.machine.isClosed else { return }
        subscriber.machine.close()
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
        pages.cancel(subscriber)
    }

    /// Ends a stream since another one took its place.
    package func replace(_ subscriber: Subscriber) {
        end(subscriber, with: EventBatch(Block.replaced))
    }

    /// Ends a stream, which may come back.
    package func end(_ subscriber: Subscriber) {
        end(subscriber, with: EventBatch(Block.farewell(using: &random)))
    }

    /// Ends every stream, each with its own reconnection time, so that they do not all come back at once.
    package func endAll() {
        for subscriber in subscribers {
            end(subscriber)
        }
    }

    private func end(_ subscriber: Subscriber, with last: EventBatch) {
        guard !subscriber.machine.isClosed else { return }
        close(subscriber)
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

    /// A second has passed: tells silent streams that they live, and closes those that take nothing.
    package func tick() {
        for subscriber in stalls.advance(to: wheel.now &+ 1) {
            close(subscriber)
            subscriber.channel.abort()
        }
        var position: (id: AlarmID, batch: EventBatch)?
        for subscriber in wheel.advance(using: &random) {
            // Writing to one can close others that share its connection.
            guard !subscriber.machine.isClosed, subscriber.channel.isWritable else { continue }
            let cursor = subscriber.machine.cursor(at: self.position)
            if cursor > subscriber.told {
                if position?.id != cursor {
                    position = (cursor, EventBatch(Block.position(cursor)))
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
    }

    private static let comment = EventBatch(Block.heartbeat)

    private func write(_ batch: EventBatch, to subscriber: Subscriber) {
        subscriber.lastWrite = wheel.now
        subscriber.channel.write(batch)
    }
}

// MARK: - Catching up

extension Shard {
    /// Takes a stream as far as it gets: to the shard's position, a channel that takes no more, or a page to wait for.
    private func proceed(_ subscriber: Subscriber) {
        while true {
            let step = subscriber.machine.next(
                position: position, recentFloor: recent.floor, isWritable: subscriber.channel.isWritable)
            switch step {
            case .wait:
                return
            case .readRecent(let after):
                readRecent(after: after, for: subscriber)
            case .readJournal(let after, let through, let ticket):
                pages.read(after: after, through: through, for: subscriber) { [weak self] result in
                    self?.pageArrived(result, ticket: ticket, for: subscriber)
                }
                return
            }
        }
    }

    private func readRecent(after cursor: AlarmID, for subscriber: Subscriber) {
        var frames: [[UInt8]] = []
        var byteCount = 0
        var last = AlarmID.zero
        let end = recent.read(
            after: cursor, for: subscriber.addresses, at: now(), byteLimit: configuration.catchUpBytes,
            preference: languages.preference(at: subscriber.languageSlot)
        ) { id, frame in
            frames.append(frame)
            byteCount += frame.count
            last = id
        }
        subscriber.machine.didRead(through: end ?? position)
        deliver(frames, byteCount: byteCount, last: last, to: subscriber)
    }

    private func pageArrived(_ result: Result<Page, JournalError>, ticket: UInt32, for subscriber: Subscriber) {
        guard !subscriber.machine.isClosed else { return }
        guard case .success(let page) = result else {
            subscriber.machine.pageFailed(ticket: ticket)
            delayed.append(subscriber)
            return
        }
        let outcome = subscriber.machine.pageArrived(
            ticket: ticket, floor: page.floor, position: page.position, head: page.head, isEmpty: page.entries.isEmpty,
            isWritable: subscriber.channel.isWritable)
        switch outcome {
        case .deliver:
            deliver(page, to: subscriber)
        case .reset:
            tellReset(.expired, head: page.head, to: subscriber)
        case .drop:
            break
        case .delay:
            delayed.append(subscriber)
            return
        }
        proceed(subscriber)
    }

    private func deliver(_ page: Page, to subscriber: Subscriber) {
        let preference = languages.preference(at: subscriber.languageSlot)
        let now = now()
        var frames: [[UInt8]] = []
        var byteCount = 0
        var last = AlarmID.zero
        for entry in page.entries where !entry.isExpired(at: now) {
            let variants = Variants(of: entry, defaultLanguage: configuration.defaultLanguage)
            let frame = entry.frame(of: variants.choice(for: preference))
            frames.append(frame)
            byteCount += frame.count
            last = entry.id
            guard byteCount >= configuration.catchUpBytes else { continue }
            deliver(frames, byteCount: byteCount, last: last, to: subscriber)
            guard subscriber.channel.isWritable else {
                // The rest of the page is dropped, and read again when the channel takes more.
                subscriber.machine.didRead(through: last)
                return
            }
            frames = []
            byteCount = 0
        }
        deliver(frames, byteCount: byteCount, last: last, to: subscriber)
    }

    private func deliver(_ frames: [[UInt8]], byteCount: Int, last: AlarmID, to subscriber: Subscriber) {
        guard !frames.isEmpty else { return }
        subscriber.told = last
        write(EventBatch(joining: frames, byteCount: byteCount), to: subscriber)
    }

    private func tellReset(_ reason: ResetReason, head: AlarmID, to subscriber: Subscriber) {
        subscriber.told = head
        write(EventBatch(Block.reset(reason, head: head)), to: subscriber)
    }
}

// MARK: - Live

extension Shard {
    /// Hands committed entries to the streams they concern.
    ///
    /// - Parameter entries: in the order of their ids; such as are not after ``position`` are passed over.
    package func deliver(_ entries: some Sequence<Entry>) {
        let now = now()
        let positionBefore = position
        var touched = ContiguousArray<Subscriber>()
        walks &+= 1
        for entry in entries where entry.id > position {
            position = entry.id
            recent.append(entry)
            guard !entry.isExpired(at: now) else { continue }
            walk(entry, touched: &touched)
        }
        if retentionFloor > .zero { recent.trim(to: retentionFloor) }

        // Writing can close a channel, and so change the groups: no group is walked here.
        for subscriber in touched {
            let isTaken = subscriber.machine.takesBatch(
                positionBefore: positionBefore, isWritable: subscriber.channel.isWritable)
            guard isTaken else { continue }
            subscriber.told = lists.lastID(of: subscriber.list)
            write(lists.batch(of: subscriber.list), to: subscriber)
        }
        lists.removeAll()
    }

    private func walk(_ entry: Entry, touched: inout ContiguousArray<Subscriber>) {
        alarmsWalked &+= 1
        var variants: Variants?
        // By language slot: the frame that its subscribers take.
        var frameOfSlot: [Int32] = []
        // By variant.
        var frameOfVariant: [Int32] = []
        for address in entry.addresses {
            guard let group = groups[address] else { continue }
            for subscriber in group.members {
                guard subscriber.lastTaken != alarmsWalked, subscriber.machine.takes(entry.id) else { continue }
                subscriber.lastTaken = alarmsWalked
                if variants == nil {
                    variants = Variants(of: entry, defaultLanguage: configuration.defaultLanguage)
                    frameOfSlot = Array(repeating: -1, count: languages.capacity)
                    frameOfVariant = Array(repeating: -1, count: Variants.count(of: entry))
                }
                let slot = subscriber.languageSlot
                if frameOfSlot[slot] < 0 {
                    let variant = variants?.choice(for: languages.preference(at: slot)) ?? 0
                    if frameOfVariant[variant] < 0 {
                        frameOfVariant[variant] = lists.add(entry.frame(of: variant), of: entry.id)
                    }
                    frameOfSlot[slot] = frameOfVariant[variant]
                }
                if subscriber.walk != walks {
                    subscriber.walk = walks
                    subscriber.list = FrameLists.empty
                    touched.append(subscriber)
                }
                subscriber.list = lists.extending(subscriber.list, by: frameOfSlot[slot])
            }
        }
    }

    /// The past was lost: tells every stream, and goes on from `head`.
    package func discontinue(at head: AlarmID) {
        discontinuities += 1
        position = head
        recent.clear(at: head)
        retentionFloor = .zero
        // Writing can close channels, and so change the list: the loop goes over what it was.
        for subscriber in subscribers where !subscriber.machine.isClosed {
            pages.cancel(subscriber)
            subscriber.machine.discontinue(at: head)
            tellReset(.unknown, head: head, to: subscriber)
            proceed(subscriber)
        }
    }

    /// Retention has removed everything up to `floor` from the journal.
    package func retentionMoved(to floor: AlarmID) {
        retentionFloor = floor
        recent.trim(to: floor)
    }
}
