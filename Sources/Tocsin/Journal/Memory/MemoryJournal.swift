import NIOConcurrencyHelpers

/// A journal that keeps its entries in memory, and nothing once it is gone.
package final class MemoryJournal: Journal {
    private struct Guarded {
        var state: MemoryJournalState
        var isClosed = false
    }

    private let guarded: NIOLockedValueBox<Guarded>
    private let now: WallClock
    private let feed: CommitFeed

    /// - Parameters:
    ///   - keyRetention: seconds that an idempotency key is known.
    ///   - now: tells the time.
    ///   - feed: hands out the commits.
    package init(keyRetention: Int = 86_400, now: @escaping WallClock, feed: CommitFeed = CommitFeed()) {
        self.guarded = NIOLockedValueBox(Guarded(state: MemoryJournalState(now: now(), keyRetention: keyRetention)))
        self.now = now
        self.feed = feed
    }

    /// Ends ``commits(after:)``; everything else throws from now on.
    package func close() async {
        guarded.withLockedValue { $0.isClosed = true }
        feed.close()
    }

    package var maximumAppendsInFlight: Int { 1 }

    package var head: AlarmID {
        get async throws(JournalError) { try access { $0.head } }
    }

    package var size: JournalSize {
        get async throws(JournalError) { try access { JournalSize(alarms: $0.count, bytes: 0) } }
    }

    package func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult] {
        try access { state in
            let (results, entries) = state.append(requests, at: now())
            // Under the lock, so that batches come in the order of their commits.
            feed.commit(entries)
            return results
        }
    }

    package func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        try access { $0.alarms(after: after, through: through, for: selection, limit: limit, at: now()) }
    }

    package func newestAlarms(
        before: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        try access { $0.newestAlarms(before: before, for: selection, limit: limit, at: now()) }
    }

    package func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup {
        try access { $0.alarm(id, at: now()) }
    }

    package func standing(of id: AlarmID) async throws(JournalError) -> Standing {
        try access { $0.standing(of: id) }
    }

    package func commits(after id: AlarmID) -> Commits {
        feed.commits(after: id, of: self)
    }

    package func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool {
        try access { $0.removeOutdated(policy, at: now()) }
    }

    package func probe() async throws(JournalError) {
        try access { _ in }
    }

    private func access<T>(_ body: (inout MemoryJournalState) -> T) throws(JournalError) -> T {
        let result = guarded.withLockedValue { guarded -> T? in
            guarded.isClosed ? nil : body(&guarded.state)
        }
        guard let result else { throw JournalError(code: .closed, message: "the journal is closed") }
        return result
    }
}
