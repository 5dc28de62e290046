/// How what was committed comes to live streams.
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
            guard isTaken else {
                lists.drop(subscriber.list)
                continue
            }
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
