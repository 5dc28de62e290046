import Synchronization
package import Tocsin

/// A journal that keeps its promises in the most awkward way: pages of one entry, commits that are told late and one by
/// one, and appends that go wrong as planned.
package final class AdversarialJournal<Base: Journal>: Journal {
    /// What becomes of an append.
    package enum Plan: Sendable {
        case committed
        /// Nothing is stored.
        case unavailable
        /// It is stored, but nobody knows.
        case unknownStored
        /// It is not stored, but nobody knows.
        case unknownLost
        /// It is stored, but instead of its entries the commits tell that the past was lost.
        case discontinuity
    }

    private struct Guarded {
        var plans: [Plan] = []
        var untold: [Entry] = []
        var lost: Set<AlarmID> = []
    }

    package let base: Base
    private let lateness: Int
    private let guarded = Mutex(Guarded())

    /// - Parameter lateness: how often others come first before a commit is told.
    package init(_ base: Base, lateness: Int = 20) {
        self.base = base
        self.lateness = lateness
    }

    /// What becomes of the next appends, in their order; those after succeed.
    package func plan(_ plans: Plan...) {
        guarded.withLock { $0.plans += plans }
    }

    package var maximumAppendsInFlight: Int { base.maximumAppendsInFlight }
    package var size: JournalSize { get async throws(JournalError) { try await base.size } }

    package func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult] {
        let plan = guarded.withLock { $0.plans.isEmpty ? .committed : $0.plans.removeFirst() }
        switch plan {
        case .committed:
            return try await base.append(requests)
        case .unavailable:
            throw JournalError(code: .unavailable, message: "not now")
        case .unknownStored:
            _ = try await base.append(requests)
            throw JournalError(code: .outcomeUnknown, message: "nobody knows")
        case .unknownLost:
            throw JournalError(code: .outcomeUnknown, message: "nobody knows")
        case .discontinuity:
            let results = try await base.append(requests)
            for case .published(let publications) in results {
                guarded.withLock { $0.lost.formUnion(publications.map(\.id)) }
            }
            return results
        }
    }

    package func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        try await base.alarms(
            after: after,
            through: through,
            for: selection,
            limit: PageLimit(alarms: 1, bytes: limit.bytes)
        )
    }

    package func newestAlarms(
        before: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        try await base.newestAlarms(before: before, for: selection, limit: PageLimit(alarms: 1, bytes: limit.bytes))
    }

    package func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup {
        try await base.alarm(id)
    }

    package func standing(of id: AlarmID) async throws(JournalError) -> Standing {
        try await base.standing(of: id)
    }

    package var head: AlarmID {
        get async throws(JournalError) { try await base.head }
    }

    package func commits(after id: AlarmID) -> Commits {
        guarded.withLock { $0.untold = [] }
        let commits = base.commits(after: id)
        return Commits { await self.next(of: commits) }
    }

    private func next(of commits: Commits) async -> Commit? {
        for _ in 0..<lateness { await Task.yield() }
        if let untold = takeUntold() { return untold }
        var iterator = commits.makeAsyncIterator()
        let commit = await iterator.next()
        guard case .entries(let entries, _) = commit else { return commit }
        guarded.withLock { $0.untold += entries }
        return takeUntold()
    }

    private func takeUntold() -> Commit? {
        guarded.withLock { guarded in
            guard !guarded.untold.isEmpty else { return nil }
            let entry = guarded.untold.removeFirst()
            guard guarded.lost.contains(entry.id) else { return .entries([entry]) }
            let head = guarded.untold.last?.id ?? entry.id
            guarded.untold = []
            return .discontinuity(head: head)
        }
    }

    package func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool {
        try await base.removeOutdated(policy)
    }

    package func probe() async throws(JournalError) {
        try await base.probe()
    }
}
