import NIOConcurrencyHelpers

/// Hands a journal's committed batches to its one reader; how a journal implements ``Journal/commits(after:)``.
///
/// The journal calls ``commit(_:)`` after each commit, in their order, and ``markBehind()`` when it does not know
/// what was committed. What the reader does not take in time is read from the journal again.
package final class CommitFeed: Sendable {
    private struct Guarded {
        var state: CommitFeedState
        var waiter: Waiter?

        /// The waiter, if there is something for it.
        mutating func takeWaiter() -> Waiter? {
            guard let waiter, !state.isIdle(for: waiter.reader) else { return nil }
            self.waiter = nil
            return waiter
        }
    }

    private struct Waiter {
        let reader: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    /// How much is read at once by a reader that is behind.
    private static let pageLimit = PageLimit(alarms: 1000, bytes: 1 << 20)

    private let guarded: NIOLockedValueBox<Guarded>
    private let pause: @Sendable () async -> Void

    /// - Parameters:
    ///   - capacity: how many bytes of entries may wait for the reader, by ``Entry/estimatedSize``.
    ///   - pause: waits before a page is read again that could not be read; half a second, where not given.
    package init(capacity: Int = 32 << 20, pause: (@Sendable () async -> Void)? = nil) {
        self.guarded = NIOLockedValueBox(Guarded(state: CommitFeedState(capacity: capacity)))
        self.pause = pause ?? { try? await Task.sleep(for: .milliseconds(500)) }
    }

    /// Takes a batch that was committed after all others.
    package func commit(_ entries: [Entry]) {
        guard !entries.isEmpty else { return }
        let now = systemUptime()
        change { $0.commit(entries, at: now) }
    }

    /// What was committed last is not known, or not what was told: the reader asks the journal.
    package func markBehind() {
        change { $0.markBehind() }
    }

    /// Ends the reader's sequence. What waits for it is not handed out any more.
    package func close() {
        change { $0.close() }
    }

    /// The commits of `journal` after `id`, for the one reader; a reader that began before gets nothing more.
    package func commits(after id: AlarmID, of journal: some Journal) -> Commits {
        let (reader, former) = guarded.withLockedValue { guarded in
            let reader = guarded.state.begin(after: id)
            return (reader, guarded.takeWaiter())
        }
        former?.continuation.resume()
        return Commits { await self.next(for: reader, of: journal) }
    }

    private func change(_ body: (inout CommitFeedState) -> Void) {
        let waiter = guarded.withLockedValue { guarded in
            body(&guarded.state)
            return guarded.takeWaiter()
        }
        waiter?.continuation.resume()
    }

    private func next(for reader: Int, of journal: some Journal) async -> Commit? {
        while !Task.isCancelled {
            switch guarded.withLockedValue({ $0.state.next(for: reader) }) {
            case .emit(let commit):
                return commit
            case .end:
                return nil
            case .wait:
                await wait(for: reader)
            case .read(let reading):
                if let commit = await read(reading, of: journal) { return commit }
            }
        }
        return nil
    }

    private func read(_ reading: CommitFeedState.Reading, of journal: some Journal) async -> Commit? {
        do {
            let standing = try await journal.standing(of: reading.after)
            let page = try await journal.alarms(
                after: reading.after,
                through: nil,
                for: .everything,
                limit: Self.pageLimit
            )
            return guarded.withLockedValue { $0.state.finish(reading, standing: standing, page: page) }
        } catch {
            guarded.withLockedValue { $0.state.fail(reading) }
            if error.code != .closed { await pause() }
            return nil
        }
    }

    /// Returns when there is something for `reader`, or its Task is cancelled.
    private func wait(for reader: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isParked = guarded.withLockedValue { guarded in
                    // A cancellation after this line finds the waiter: its handler takes the same lock.
                    guard !Task.isCancelled, guarded.waiter == nil, guarded.state.isIdle(for: reader) else {
                        return false
                    }
                    guarded.waiter = Waiter(reader: reader, continuation: continuation)
                    return true
                }
                if !isParked { continuation.resume() }
            }
        } onCancel: {
            let waiter = guarded.withLockedValue { guarded in
                defer { guarded.waiter = nil }
                return guarded.waiter
            }
            waiter?.continuation.resume()
        }
    }
}
