import Dispatch
import Synchronization
import Tocsin

/// Lets readers to the open ``Session``, and keeps them waiting while the file is being opened anew.
///
/// A session may be closed only when nobody reads: the closing side, which has a thread of its own, waits for that.
final class SessionGate: Sendable {
    private enum State {
        case open(Session)
        case reopening
        /// It could not be opened anew; that is tried again.
        case down(JournalError)
        case closed
    }

    private struct Guarded {
        var state: State
        var readers = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Signalled when the last reader leaves.
        var drained: DispatchSemaphore?
    }

    private let guarded: Mutex<Guarded>

    init(_ session: Session) {
        guarded = Mutex(Guarded(state: .open(session)))
    }

    /// The session to read from; ``leave()`` must follow.
    func enter() async throws(JournalError) -> Session {
        while true {
            let admission = guarded.withLock { guarded -> Result<Session?, JournalError> in
                switch guarded.state {
                case .open(let session):
                    guarded.readers += 1
                    return .success(session)
                case .reopening: return .success(nil)
                case .down(let error): return .failure(error)
                case .closed: return .failure(Self.closed)
                }
            }
            if let session = try admission.get() { return session }
            await withCheckedContinuation { continuation in
                let isWaiting = guarded.withLock { guarded in
                    guard case .reopening = guarded.state else { return false }
                    guarded.waiters.append(continuation)
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        }
    }

    func leave() {
        guarded.withLock { guarded in
            guarded.readers -= 1
            if guarded.readers == 0 { guarded.drained?.signal() }
        }
    }

    /// The session to write to; `nil` where there is none until it is opened anew.
    func session() throws(JournalError) -> Session? {
        let result = guarded.withLock { guarded -> Result<Session?, JournalError> in
            switch guarded.state {
            case .open(let session): .success(session)
            case .reopening, .down: .success(nil)
            case .closed: .failure(Self.closed)
            }
        }
        return try result.get()
    }

    /// Admits nobody from now on.
    ///
    /// - Returns: the session that was open, which may still be read from until ``drain()`` returns.
    func shut() -> Session? {
        guarded.withLock { guarded in
            switch guarded.state {
            case .open(let session):
                guarded.state = .reopening
                return session
            case .down:
                guarded.state = .reopening
                return nil
            case .reopening, .closed:
                return nil
            }
        }
    }

    /// Blocks the thread until nobody reads; after ``shut()``.
    func drain() {
        let semaphore = guarded.withLock { guarded -> DispatchSemaphore? in
            guard guarded.readers > 0 else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            guarded.drained = semaphore
            return semaphore
        }
        semaphore?.wait()
        guarded.withLock { $0.drained = nil }
    }

    func open(_ session: Session) {
        end(.open(session))
    }

    func fail(_ error: JournalError) {
        end(.down(error))
    }

    func close() {
        end(.closed)
    }

    private func end(_ state: sending State) {
        let waiters = guarded.withLock { guarded in
            guarded.state = state
            defer { guarded.waiters = [] }
            return guarded.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static var closed: JournalError {
        JournalError(code: .closed, message: "the journal is closed")
    }
}
