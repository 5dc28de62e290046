import DequeModule
import HeapModule

extension MemoryJournalState {
    /// How much one call removes, of each kind.
    private static let batch = 1000

    /// See ``Journal/removeOutdated(_:)``.
    package mutating func removeOutdated(_ policy: RetentionPolicy, at now: Timestamp) -> Bool {
        let hasMoreExpired = removeExpired(at: now)
        // What has expired does not count: as long as there is more of it, none is one too many.
        var policy = policy
        if hasMoreExpired { policy.alarms = .max }
        let hasMoreOutdated = removeOldest(policy, at: now)
        let hasMoreKeys = removeKeys(olderThan: policy.keyAge, at: now)
        return hasMoreOutdated || hasMoreExpired || hasMoreKeys
    }

    private mutating func removeOldest(_ policy: RetentionPolicy, at now: Timestamp) -> Bool {
        for _ in 0..<Self.batch {
            guard let low = order.lows.first else { return false }
            guard let record = records[low] else {
                order.dropFirst(through: low)
                continue
            }
            let isOutdated = record.publishedAt.advanced(bySeconds: policy.age) < now
            guard isOutdated || records.count > policy.alarms else { return false }
            order.dropFirst(through: low)
            records[low] = nil
            floor = AlarmID(high: head.high, low: low)
            if record.expires { markExpiryStale() }
            guard case .entry(let entry) = record else { continue }
            for address in entry.addresses {
                byAddress[address]?.dropFirst(through: low)
                if byAddress[address]?.isEmpty == true { byAddress[address] = nil }
            }
        }
        return !order.isEmpty
    }

    private mutating func removeExpired(at now: Timestamp) -> Bool {
        for _ in 0..<Self.batch {
            guard let expiry = expiries.min, expiry.at <= now else { return false }
            expiries.removeMin()
            guard let record = records.removeValue(forKey: expiry.low) else {
                staleExpiries -= 1
                continue
            }
            let records = self.records
            order.markDead { records[$0] != nil }
            if case .entry(let entry) = record { removeFromAddresses(entry) }
        }
        return true
    }

    /// A record was removed that was still to expire. O(1) in the mean: half of the heap is stale before it is made anew.
    private mutating func markExpiryStale() {
        staleExpiries += 1
        guard staleExpiries * 2 > expiries.count else { return }
        let records = self.records
        expiries = Heap(expiries.unordered.filter { records[$0.low] != nil })
        staleExpiries = 0
    }

    private mutating func removeKeys(olderThan age: Int, at now: Timestamp) -> Bool {
        for _ in 0..<Self.batch {
            guard let first = keyOrder.first, first.at.advanced(bySeconds: age) <= now else { return false }
            keyOrder.removeFirst()
            if keys[first.key]?.at == first.at { keys[first.key] = nil }
        }
        return true
    }
}

extension MemoryJournalState.Record {
    fileprivate var publishedAt: Timestamp {
        switch self {
        case .entry(let entry): entry.publishedAt
        case .withdrawn(_, let publishedAt, _): publishedAt
        }
    }

    fileprivate var expires: Bool {
        switch self {
        case .entry(let entry): entry.expiresAt != nil
        case .withdrawn(_, _, let expiresAt): expiresAt != nil
        }
    }
}
