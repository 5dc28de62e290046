package import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The group commit: takes what is to be published to the journal, many requests in one transaction.
///
/// Appends run in Tasks of their own. A request that is cancelled, since its client went away, cannot reach them.
package final class Publisher: Sendable {
    private typealias Waiter = CheckedContinuation<Result<AppendResult, PublishError>, Never>

    private struct State {
        var queue: PublishQueue<Waiter>
        var failure: JournalError?
        var isClosed = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []
    }

    private let journal: any Journal
    private let logger: Logger
    private let uptime: @Sendable () -> UInt64
    private let state: NIOLockedValueBox<State>

    /// - Parameter uptime: nanoseconds of a clock that does not go back; where not given, the system's.
    package init(
        _ journal: any Journal, limits: PublishLimits = PublishLimits(), logger: Logger,
        uptime: (@Sendable () -> UInt64)? = nil
    ) {
        self.journal = journal
        self.logger = logger
        self.uptime = uptime ?? { NIODeadline.now().uptimeNanoseconds }
        self.state = NIOLockedValueBox(
            State(queue: PublishQueue(limits: limits, maximumInFlight: journal.maximumAppendsInFlight)))
    }

    /// Why alarms cannot be committed now; `nil` while they can.
    package var failure: JournalError? {
        state.withLockedValue(\.failure)
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
        guard let batch = state.withLockedValue({ $0.queue.nextBatch() }) else { return }
        Task.detached { await self.commit(batch) }
    }

    private func commit(_ first: PublishQueue<Waiter>.Batch) async {
        var next: PublishQueue<Waiter>.Batch? = first
        while let batch = next {
            let outcome: Result<[AppendResult], JournalError>
            do throws(JournalError) {
                outcome = .success(try await journal.append(batch.requests))
            } catch {
                outcome = .failure(error)
            }
            let (following, idle) = state.withLockedValue { state in
                state.queue.batchEnded()
                if case .failure(let error) = outcome { state.failure = error } else { state.failure = nil }
                let following = state.queue.nextBatch()
                guard state.queue.isIdle else { return (following, [CheckedContinuation<Void, Never>]()) }
                defer { state.whenIdle = [] }
                return (following, state.whenIdle)
            }
            answer(batch, with: outcome)
            for continuation in idle { continuation.resume() }
            next = following
        }
    }

    private func answer(_ batch: PublishQueue<Waiter>.Batch, with outcome: Result<[AppendResult], JournalError>) {
        switch outcome {
        case .success(let results):
            for (waiter, result) in zip(batch.waiters, results) {
                waiter.resume(returning: .success(result))
            }
            for waiter in batch.waiters.dropFirst(results.count) {
                waiter.resume(returning: .failure(.outcomeUnknown("the journal gave no answer")))
            }
        case .failure(let error):
            logger.error("alarms could not be committed: \(error.message)", metadata: ["requests": "\(batch.requests.count)"])
            let reason: PublishError =
                error.code == .outcomeUnknown ? .outcomeUnknown(error.message) : .unavailable(error.message)
            for waiter in batch.waiters {
                waiter.resume(returning: .failure(reason))
            }
        }
    }

    /// To be called about once a second: refuses who has waited too long, and, after a failure, tries whether the journal
    /// works again.
    package func tick() async {
        let overdue = state.withLockedValue { $0.queue.removeOverdue(at: uptime()) }
        for waiter in overdue {
            waiter.resume(returning: .failure(.overloaded))
        }
        guard failure != nil else { return }
        do throws(JournalError) {
            try await journal.probe()
            state.withLockedValue { $0.failure = nil }
            logger.notice("alarms can be committed again")
        } catch {
            state.withLockedValue { $0.failure = error }
        }
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

/// Why an alarm was not, or perhaps not, published.
package enum PublishError: Error, Hashable, Sendable {
    /// Too much waits already, or it waited too long. Nothing was stored.
    case overloaded
    /// The server is ending. Nothing was stored.
    case closing
    /// The journal says why. Nothing was stored.
    case unavailable(String)
    /// Nobody knows whether it was stored: the same with the same key finds out.
    case outcomeUnknown(String)
}
