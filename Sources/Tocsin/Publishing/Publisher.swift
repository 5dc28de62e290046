package import Logging
import NIOConcurrencyHelpers

/// The group commit: takes what is to be published to the journal, many requests in one transaction.
///
/// Appends run in Tasks of their own. A request that is cancelled, since its client went away, cannot reach them.
package final class Publisher: Sendable {
    private typealias Waiter = CheckedContinuation<Result<AppendResult, PublishError>, Never>

    /// A commit that the journal has not ended.
    private struct Commit {
        /// Who is to be answered; nobody any more where it took too long.
        var waiters: [Waiter]
        let since: UInt64
    }

    private struct State {
        var queue: PublishQueue<Waiter>
        var commits: [Int: Commit] = [:]
        var lastCommit = 0
        var failure: JournalError?
        var isClosed = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []

        mutating func nextCommit(at now: UInt64) -> (number: Int, requests: [AppendRequest])? {
            guard let batch = queue.nextBatch() else { return nil }
            lastCommit += 1
            commits[lastCommit] = Commit(waiters: batch.waiters, since: now)
            return (lastCommit, batch.requests)
        }
    }

    /// Nanoseconds of a commit after which the journal counts as failing.
    private static let slowCommit: UInt64 = 5_000_000_000

    private let journal: any Journal
    private let log: RecurringLog
    private let metrics: HubMetrics
    private let uptime: Uptime
    private let maximumWait: UInt64
    private let state: NIOLockedValueBox<State>

    /// - Parameter uptime: nanoseconds of a clock that does not go back; those of the system where not given.
    package init(
        _ journal: any Journal, limits: PublishLimits = PublishLimits(), logger: Logger, metrics: HubMetrics = .none,
        uptime: @escaping Uptime = systemUptime
    ) {
        self.journal = journal
        self.log = RecurringLog(logger, uptime: uptime)
        self.metrics = metrics
        self.uptime = uptime
        self.maximumWait = limits.wait
        self.state = NIOLockedValueBox(
            State(queue: PublishQueue(limits: limits, maximumInFlight: journal.maximumAppendsInFlight)))
    }

    /// Why alarms cannot be committed now; `nil` while they can.
    package var failure: JournalError? {
        state.withLockedValue { state in
            let now = uptime()
            let longest = state.commits.values.lazy.map { now - min(now, $0.since) }.max() ?? 0
            guard longest >= Self.slowCommit else { return state.failure }
            return Self.hanging(for: longest)
        }
    }

    /// What waits for the journal.
    package var queue: (requests: Int, bytes: Int) {
        state.withLockedValue { ($0.queue.count, $0.queue.bytes) }
    }

    private static func hanging(for nanoseconds: UInt64) -> JournalError {
        JournalError(
            code: .outcomeUnknown,
            message: "the journal has not answered for \(nanoseconds / 1_000_000_000) s; look at the disk")
    }

    /// Commits a request.
    ///
    /// - Returns: once it is durable.
    package func publish(_ request: AppendRequest) async throws(PublishError) -> AppendResult {
        let result = await withCheckedContinuation { (waiter: Waiter) in
            let refusal = state.withLockedValue { state -> PublishError? in
                if state.isClosed { return .closing }
                return state.queue.enqueue(request, for: waiter, at: uptime()) ? nil : .overloaded
            }
            if let refusal {
                waiter.resume(returning: .failure(refusal))
            } else {
                startNextBatch()
            }
        }
        return try result.get()
    }

    private func startNextBatch() {
        guard let commit = state.withLockedValue({ $0.nextCommit(at: uptime()) }) else { return }
        Task.detached { await self.perform(commit) }
    }

    private func perform(_ first: (number: Int, requests: [AppendRequest])) async {
        var next: (number: Int, requests: [AppendRequest])? = first
        while let commit = next {
            let began = uptime()
            let outcome: Result<[AppendResult], JournalError>
            do throws(JournalError) {
                outcome = .success(try await journal.append(commit.requests))
            } catch {
                outcome = .failure(error)
            }
            metrics.committed(commit.requests, from: began, to: uptime())
            let (waiters, following, idle, worksAgain) = state.withLockedValue { state in
                let waiters = state.commits.removeValue(forKey: commit.number)?.waiters ?? []
                state.queue.batchEnded()
                let before = state.failure
                if case .failure(let error) = outcome { state.failure = error } else { state.failure = nil }
                let worksAgain = before != nil && state.failure == nil
                let following = state.nextCommit(at: uptime())
                guard state.queue.isIdle else {
                    return (waiters, following, [CheckedContinuation<Void, Never>](), worksAgain)
                }
                defer { state.whenIdle = [] }
                return (waiters, following, state.whenIdle, worksAgain)
            }
            if worksAgain { logRecovery() }
            answer(waiters, with: outcome)
            for continuation in idle { continuation.resume() }
            next = following
        }
    }

    private func answer(_ waiters: [Waiter], with outcome: Result<[AppendResult], JournalError>) {
        switch outcome {
        case .success(let results):
            for (waiter, result) in zip(waiters, results) {
                waiter.resume(returning: .success(result))
            }
            for waiter in waiters.dropFirst(results.count) {
                waiter.resume(returning: .failure(.outcomeUnknown("the journal gave no answer")))
            }
        case .failure(let error):
            log.log(
                .error, "alarms could not be committed: \(error.message)", metadata: ["requests": "\(waiters.count)"])
            let reason: PublishError =
                error.code == .outcomeUnknown ? .outcomeUnknown(error.message) : .unavailable(error.message)
            for waiter in waiters {
                waiter.resume(returning: .failure(reason))
            }
        }
    }

    /// To be called about once a second: refuses who has waited too long. It waits for nothing itself.
    package func refuseOverdue() {
        let now = uptime()
        let (queued, committing) = state.withLockedValue { state in
            let queued = state.queue.removeOverdue(at: now)
            var committing: [Waiter] = []
            for (number, commit) in state.commits where now >= commit.since && now - commit.since >= maximumWait {
                committing += commit.waiters
                state.commits[number]?.waiters = []
            }
            return (queued, committing)
        }
        for waiter in queued {
            waiter.resume(returning: .failure(.overloaded))
        }
        if !committing.isEmpty {
            answer(committing, with: .failure(Self.hanging(for: maximumWait)))
        }
    }

    /// To be called about once a second: after a failure, tries whether the journal works again.
    package func probeAfterFailure() async {
        guard state.withLockedValue(\.failure) != nil else { return }
        do throws(JournalError) {
            try await journal.probe()
            state.withLockedValue { $0.failure = nil }
            logRecovery()
        } catch {
            state.withLockedValue { $0.failure = error }
        }
    }

    private func logRecovery() {
        log.log(.notice, "alarms can be committed again")
    }

    /// Takes no more requests, and waits until those that were taken are answered.
    package func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLockedValue { state in
                state.isClosed = true
                if !state.queue.isIdle { state.whenIdle.append(continuation) }
                return state.queue.isIdle
            }
            if isIdle { continuation.resume() }
        }
    }
}
