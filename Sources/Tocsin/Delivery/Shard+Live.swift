/// How what was committed comes to live streams.
extension Shard {
    /// Hands committed entries to the streams they concern.
    ///
    /// - Parameters:
    ///   - entries: in the order of their ids; such as are not after ``position`` are passed over.
    ///   - commits: when each was committed, by the system's uptime in nanoseconds; fewer where that is not known.
    package func deliver(_ entries: some Sequence<Entry>, committedAt commits: [UInt64?] = []) {
        let now = now()
        let positionBefore = position
        var touched = ContiguousArray<Subscriber>()
        walks &+= 1
        for (index, entry) in entries.enumerated() where entry.id > position {
            position = entry.id
            recent.append(entry)
            guard !entry.isExpired(at: now) else { continue }
            walk(entry, committedAt: index < commits.count ? commits[index] : nil, touched: &touched)
        }
        if retentionFloor > .zero { recent.trim(to: retentionFloor) }

        // Writing can close a channel, and so change the groups: no group is walked here.
        var alarms = 0
        var bytes = 0
        for subscriber in touched {
            let isTaken = subscriber.machine.takesBatch(
                positionBefore: positionBefore, isWritable: subscriber.channel.isWritable)
            guard isTaken else {
                if !subscriber.machine.isClosed { subscriber.catchUp = .slow }
                lists.drop(subscriber.list)
                continue
            }
            let size = lists.size(of: subscriber.list)
            alarms += size.alarms
            bytes += size.bytes
            let committedAt = lists.committedAt(subscriber.list)
            subscriber.told = lists.lastID(of: subscriber.list)
            write(lists.batch(of: subscriber.list), to: subscriber)
            latencies.wrote(committedAt: committedAt)
        }
        latencies.finish()
        tally.events += alarms
        tally.bytes += bytes
        lists.removeAll()
    }

    private func walk(_ entry: Entry, committedAt: UInt64?, touched: inout ContiguousArray<Subscriber>) {
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
                        frameOfVariant[variant] = lists.add(
                            Frame(entry, variant: variant), committedAt: committedAt)
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
