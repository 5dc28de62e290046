import DequeModule
import HeapModule

extension MemoryJournalState {
    /// See ``Journal/append(_:)``.
    ///
    /// - Returns: a result for each request, and the entries that are new, in the order of their ids.
    package mutating func append(
        _ requests: [AppendRequest],
        at now: Timestamp
    ) -> (results: [AppendResult], entries: [Entry]) {
        var entries: [Entry] = []
        let results = requests.map { request -> AppendResult in
            switch request {
            case .publish(let alarms):
                .published(alarms.map { publish($0, at: now, into: &entries) })
            case .withdraw(let id):
                withdraw(id, at: now, into: &entries)
            }
        }
        return (results, entries)
    }

    private mutating func publish(_ alarm: Alarm, at now: Timestamp, into entries: inout [Entry]) -> Publication {
        let key = alarm.idempotencyKey
        if let key, let known = keys[key], known.at.advanced(bySeconds: keyRetention) > now {
            return Publication(id: known.id, isNew: false)
        }
        let entry = Entry(id: nextID(), publishedAt: now, alarm: alarm)
        insert(entry)
        entries.append(entry)
        if let key {
            keys[key] = KnownKey(id: entry.id, at: now)
            keyOrder.append((key, now))
        }
        return Publication(id: entry.id, isNew: true)
    }

    private mutating func withdraw(_ id: AlarmID, at now: Timestamp, into entries: inout [Entry]) -> AppendResult {
        guard id.high == head.high, let record = records[id.low] else { return .notFound }
        switch record {
        case .withdrawn(let withdrawal, _, let expiresAt):
            if let expiresAt, expiresAt <= now { return .notFound }
            return .withdrawn(Publication(id: withdrawal, isNew: false))
        case .entry(let target):
            guard !target.isExpired(at: now) else { return .notFound }
            guard target.withdraws == nil else { return .notWithdrawable }
            let entry = Entry(id: nextID(), publishedAt: now, withdrawing: id, from: target.alarm.audience)
            insert(entry)
            entries.append(entry)
            records[id.low] = .withdrawn(by: entry.id, publishedAt: target.publishedAt, expiresAt: target.expiresAt)
            removeFromAddresses(target)
            return .withdrawn(Publication(id: entry.id, isNew: true))
        }
    }

    private func nextID() -> AlarmID {
        AlarmID(high: head.high, low: head.low + 1)
    }

    private mutating func insert(_ entry: Entry) {
        let low = entry.id.low
        head = entry.id
        records[low] = .entry(entry)
        order.append(low)
        for address in entry.addresses {
            byAddress[address, default: LowIndex()].append(low)
        }
        if let expiresAt = entry.expiresAt {
            expiries.insert(Expiry(at: expiresAt, low: low))
        }
    }

    /// After the record has been changed or removed.
    mutating func removeFromAddresses(_ entry: Entry) {
        let records = self.records
        for address in entry.addresses {
            byAddress[address]?.markDead { low in
                if case .entry = records[low] { true } else { false }
            }
            if byAddress[address]?.isEmpty == true { byAddress[address] = nil }
        }
    }
}
