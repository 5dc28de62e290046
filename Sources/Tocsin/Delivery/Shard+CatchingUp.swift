/// How streams come from where they resume to the shard's position.
extension Shard {
    /// Takes a stream as far as it gets: to the shard's position, a channel that takes no more, or a page to wait for.
    ///
    /// A write can make a channel not writable and writable again before it returns. What follows from that must wait for
    /// the end of the write, or the rest of a page would come after what is newer.
    func proceed(_ subscriber: Subscriber) {
        guard !subscriber.isProceeding else { return }
        subscriber.isProceeding = true
        defer { subscriber.isProceeding = false }
        while true {
            let step = subscriber.machine.next(
                position: position, recentFloor: recent.floor, isWritable: subscriber.channel.isWritable)
            switch step {
            case .wait:
                if subscriber.machine.isLive { endCatchUp(of: subscriber) }
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
        var frames: [Frame] = []
        var byteCount = 0
        let end = recent.read(
            after: cursor, for: subscriber.addresses, at: now(), byteLimit: configuration.catchUpBytes,
            preference: languages.preference(at: subscriber.languageSlot)
        ) { frame in
            frames.append(frame)
            byteCount += frame.bytes.count
        }
        subscriber.machine.didRead(through: end ?? position)
        deliver(frames, byteCount: byteCount, to: subscriber)
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
            subscriber.isProceeding = true
            deliver(page, to: subscriber)
            subscriber.isProceeding = false
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
        var frames: [Frame] = []
        var byteCount = 0
        for entry in page.entries where !entry.isExpired(at: now) {
            let variants = Variants(of: entry, defaultLanguage: configuration.defaultLanguage)
            let frame = Frame(entry, variant: variants.choice(for: preference))
            frames.append(frame)
            byteCount += frame.bytes.count
            guard byteCount >= configuration.catchUpBytes else { continue }
            deliver(frames, byteCount: byteCount, to: subscriber)
            guard !subscriber.machine.isClosed, subscriber.channel.isWritable else {
                // The rest of the page is dropped, and read again when the channel takes more.
                subscriber.machine.didRead(through: entry.id)
                return
            }
            frames = []
            byteCount = 0
        }
        deliver(frames, byteCount: byteCount, to: subscriber)
    }

    private func deliver(_ frames: [Frame], byteCount: Int, to subscriber: Subscriber) {
        guard let last = frames.last else { return }
        subscriber.told = last.entry.id
        subscriber.caughtUpAlarms &+= UInt32(truncatingIfNeeded: frames.count)
        tally.events += frames.count
        tally.bytes += byteCount
        write(EventBatch(frames, byteCount: byteCount), to: subscriber)
    }

    /// The stream is live, or over. Does nothing where it was live.
    func endCatchUp(of subscriber: Subscriber) {
        guard let reason = subscriber.catchUp else { return }
        metrics.caughtUp(reason, alarms: subscriber.caughtUpAlarms)
        subscriber.catchUp = nil
        subscriber.caughtUpAlarms = 0
    }

    func tellReset(_ reason: ResetReason, head: AlarmID, to subscriber: Subscriber) {
        metrics.reset(reason)
        subscriber.told = head
        write(EventBatch(Block.reset(reason, head: head), meaning: .reset(reason, head: head)), to: subscriber)
    }
}
