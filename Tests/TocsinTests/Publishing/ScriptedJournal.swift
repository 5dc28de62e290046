import NIOConcurrencyHelpers

@testable import Tocsin

/// A journal that answers when, and what, a test says.
final class ScriptedJournal: Journal {
    struct Append: Sendable {
        let requests: [AppendRequest]
        private let continuation: CheckedContinuation<Result<[AppendResult], JournalError>, Never>

        init(
            _ requests: [AppendRequest],
            _ continuation: CheckedContinuation<Result<[AppendResult], JournalError>, Never>
        ) {
            self.requests = requests
            self.continuation = continuation
        }

        /// Commits each request as the id 1-1.
        func succeed() {
            continuation.resume(
                returning: .success(requests.map { _ in .published([Publication(id: .of(1), isNew: true)]) })
            )
        }

        func fail(_ code: JournalError.Code) {
            continuation.resume(returning: .failure(JournalError(code: code, message: "as the test says")))
        }

        func answer(_ results: [AppendResult]) {
            continuation.resume(returning: .success(results))
        }
    }

    private struct State {
        var answered = 0
        var wasCancelled = false
        var probe: JournalError?
        var newest = Page(entries: [], position: .zero, isComplete: true, floor: .zero, head: .zero)
        var page = Page(entries: [], position: .zero, isComplete: true, floor: .zero, head: .zero)
    }

    let maximumAppendsInFlight: Int
    private let state = NIOLockedValueBox(State())
    private let appends: AsyncStream<Append>
    private let incoming: AsyncStream<Append>.Continuation

    init(maximumAppendsInFlight: Int = 1) {
        self.maximumAppendsInFlight = maximumAppendsInFlight
        (appends, incoming) = AsyncStream.makeStream()
    }

    /// The next append, which waits to be answered.
    func nextAppend() async -> Append? {
        var iterator = appends.makeAsyncIterator()
        return await iterator.next()
    }

    /// How many appends have been answered.
    var answered: Int { state.withLockedValue(\.answered) }
    /// Whether an append found its Task cancelled.
    var wasCancelled: Bool { state.withLockedValue(\.wasCancelled) }

    func setProbe(_ error: JournalError?) { state.withLockedValue { $0.probe = error } }
    func setNewest(_ page: Page) { state.withLockedValue { $0.newest = page } }
    func setPage(_ page: Page) { state.withLockedValue { $0.page = page } }

    func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult] {
        let result = await withCheckedContinuation { incoming.yield(Append(requests, $0)) }
        state.withLockedValue {
            $0.answered += 1
            if Task.isCancelled { $0.wasCancelled = true }
        }
        return try result.get()
    }

    func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        state.withLockedValue(\.page)
    }

    func newestAlarms(before: AlarmID?, for selection: Selection, limit: PageLimit) async throws(JournalError) -> Page {
        state.withLockedValue(\.newest)
    }

    func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup { .notFound }
    func standing(of id: AlarmID) async throws(JournalError) -> Standing { .resumable }
    var head: AlarmID { get async throws(JournalError) { state.withLockedValue(\.newest.head) } }
    var size: JournalSize { get async throws(JournalError) { JournalSize(alarms: 0, bytes: 0) } }
    func commits(after id: AlarmID) -> Commits { Commits { nil } }
    func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool { false }

    func probe() async throws(JournalError) {
        if let error = state.withLockedValue(\.probe) { throw error }
    }
}
