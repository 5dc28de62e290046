import NIOConcurrencyHelpers

@testable import Tocsin
@testable import TocsinServer

/// A journal that keeps what it is given waiting until a test lets it go on.
final class GatedJournal: Journal {
    private struct State {
        var isOpen: Bool
        var arrived = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var failure: JournalError?
    }

    private let journal = MemoryJournal(now: Timestamp.now)
    private let state: NIOLockedValueBox<State>

    init(isOpen: Bool = false) {
        state = NIOLockedValueBox(State(isOpen: isOpen))
    }

    /// How many batches have come.
    var arrived: Int { state.withLockedValue(\.arrived) }

    /// Lets what waits go on, and what comes.
    func open() {
        let held = state.withLockedValue { state in
            defer { state.held = [] }
            state.isOpen = true
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// From now on whatever it is asked fails.
    func fail(_ error: JournalError?) {
        state.withLockedValue { $0.failure = error }
    }

    private func check() throws(JournalError) {
        if let failure = state.withLockedValue(\.failure) { throw failure }
    }

    var maximumAppendsInFlight: Int { 1 }

    func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult] {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLockedValue { state in
                state.arrived += 1
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        try check()
        return try await journal.append(requests)
    }

    func alarms(
        after: AlarmID?, through: AlarmID?, for selection: Selection, limit: PageLimit
    ) async throws(JournalError) -> Page {
        try check()
        return try await journal.alarms(after: after, through: through, for: selection, limit: limit)
    }

    func newestAlarms(before: AlarmID?, for selection: Selection, limit: PageLimit) async throws(JournalError) -> Page {
        try check()
        return try await journal.newestAlarms(before: before, for: selection, limit: limit)
    }

    func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup {
        try check()
        return try await journal.alarm(id)
    }

    func standing(of id: AlarmID) async throws(JournalError) -> Standing {
        try check()
        return try await journal.standing(of: id)
    }

    var head: AlarmID {
        get async throws(JournalError) {
            try check()
            return try await journal.head
        }
    }

    var size: JournalSize {
        get async throws(JournalError) {
            try check()
            return try await journal.size
        }
    }

    func commits(after id: AlarmID) -> Commits { journal.commits(after: id) }

    func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool {
        try check()
        return try await journal.removeOutdated(policy)
    }

    func probe() async throws(JournalError) {
        try check()
        try await journal.probe()
    }
}
