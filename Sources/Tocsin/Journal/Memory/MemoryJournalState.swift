import DequeModule
import HeapModule

/// The rules of a journal that keeps its entries in memory, without lock, clock or waiting.
///
/// Ids are `<time of creation in ms>-<count>`.
package struct MemoryJournalState: Sendable {
    enum Record: Sendable {
        case entry(Entry)
        /// Its content is gone; what is left tells that it was withdrawn, and by which entry.
        case withdrawn(by: AlarmID, publishedAt: Timestamp, expiresAt: Timestamp?)
    }

    struct KnownKey: Sendable {
        let id: AlarmID
        let at: Timestamp
    }

    struct Expiry: Comparable, Sendable {
        let at: Timestamp
        let low: UInt64

        static func < (left: Expiry, right: Expiry) -> Bool {
            left.at != right.at ? left.at < right.at : left.low < right.low
        }
    }

    /// The id of the newest entry; `<high>-0` in an empty journal.
    package internal(set) var head: AlarmID
    /// The greatest id that retention has removed.
    package internal(set) var floor: AlarmID = .zero

    /// Seconds that a key is known.
    let keyRetention: Int
    var records: [UInt64: Record] = [:]
    /// Every record's number.
    var order = LowIndex()
    var byAddress: [Address: LowIndex] = [:]
    var expiries = Heap<Expiry>()
    /// How many of them are of records that were removed before.
    var staleExpiries = 0
    var keys: [IdempotencyKey: KnownKey] = [:]
    /// In the order in which they were published.
    var keyOrder: Deque<(key: IdempotencyKey, at: Timestamp)> = []

    /// - Parameters:
    ///   - now: the time of creation, which its ids begin with.
    ///   - keyRetention: seconds that an idempotency key is known.
    package init(now: Timestamp, keyRetention: Int) {
        self.head = AlarmID(high: UInt64(max(1, now.milliseconds)), low: 0)
        self.keyRetention = keyRetention
    }

    /// How many entries it keeps, those included that were withdrawn.
    package var count: Int { records.count }

    /// How many expiries it remembers, for entries that are no longer there too.
    package var expiryCount: Int { expiries.count }

    /// Whether it holds neither entries nor keys, nor any trace of them.
    package var isEmpty: Bool {
        records.isEmpty && order.isEmpty && byAddress.isEmpty && expiries.isEmpty && keys.isEmpty && keyOrder.isEmpty
    }

    /// The greatest number of this journal that is not beyond `id`; may be greater than the head's.
    func low(notBeyond id: AlarmID) -> UInt64 {
        if id.high == head.high { return id.low }
        return id.high < head.high ? 0 : .max
    }

    /// The entry with this number, if a reader may see it.
    func visibleEntry(_ low: UInt64, at now: Timestamp) -> Entry? {
        guard case .entry(let entry) = records[low], !entry.isExpired(at: now) else { return nil }
        return entry
    }
}

// MARK: - Reading

extension MemoryJournalState {
    /// See ``Journal/alarms(after:through:for:limit:)``. O(log n) beside what it shows.
    package func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit,
        at now: Timestamp
    ) -> Page {
        let end = min(through ?? head, head)
        var lows = MergedLows(
            indexes(of: selection),
            above: after.map(low(notBeyond:)) ?? 0,
            through: low(notBeyond: end),
            order: .oldestFirst
        )
        return page(&lows, end: max(after ?? .zero, end), limit: limit, at: now)
    }

    /// See ``Journal/newestAlarms(before:for:limit:)``.
    package func newestAlarms(
        before: AlarmID?,
        for selection: Selection,
        limit: PageLimit,
        at now: Timestamp
    ) -> Page {
        var last = head.low
        if let before {
            let low = low(notBeyond: before)
            last = before.high == head.high ? (low == 0 ? 0 : low - 1) : low
        }
        var lows = MergedLows(indexes(of: selection), above: 0, through: last, order: .newestFirst)
        return page(&lows, end: .zero, limit: limit, at: now)
    }

    /// See ``Journal/alarm(_:)``.
    package func alarm(_ id: AlarmID, at now: Timestamp) -> Lookup {
        guard id.high == head.high, let record = records[id.low] else { return .notFound }
        switch record {
        case .entry(let entry):
            return entry.isExpired(at: now) ? .notFound : .found(entry)
        case .withdrawn(let withdrawal, _, let expiresAt):
            if let expiresAt, expiresAt <= now { return .notFound }
            guard case .entry(let entry) = records[withdrawal.low] else { return .notFound }
            return .withdrawn(by: entry)
        }
    }

    /// See ``Journal/standing(of:)``.
    package func standing(of id: AlarmID) -> Standing {
        guard id.high == head.high, id.low <= head.low else { return .unknown }
        return id < floor ? .expired : .resumable
    }

    private func indexes(of selection: Selection) -> [LowIndex] {
        switch selection {
        case .everything: [order]
        case .addresses(let addresses): addresses.compactMap { byAddress[$0] }
        }
    }

    private func page(_ lows: inout MergedLows, end: AlarmID, limit: PageLimit, at now: Timestamp) -> Page {
        var page = PageBuilder(limit: limit)
        while let low = lows.next() {
            guard let entry = visibleEntry(low, at: now) else { continue }
            guard page.add(entry) else { return page.partial(floor: floor, head: head) }
        }
        return page.complete(end: end, floor: floor, head: head)
    }
}
