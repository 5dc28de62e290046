import Synchronization

/// A clock that stands still until a test moves it.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset = Duration.zero

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    fileprivate struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    fileprivate struct Time {
        var now = Instant()
        var sleepers: [Int: Sleeper] = [:]
        /// Those cancelled before they slept.
        var cancelled: Set<Int> = []
        var next = 0
        var waiters: [(duration: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let time = Mutex(Time())

    var now: Instant { time.withLock { $0.now } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = time.withLock { time -> Int in
            defer { time.next += 1 }
            return time.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                time.withLock { time in
                    if time.cancelled.remove(id) != nil {
                        continuation.resume(throwing: CancellationError())
                    } else if deadline <= time.now {
                        continuation.resume()
                    } else {
                        time.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                        time.wakeWaiters()
                    }
                }
            }
        } onCancel: {
            time.withLock { time in
                if let sleeper = time.sleepers.removeValue(forKey: id) {
                    sleeper.continuation.resume(throwing: CancellationError())
                } else {
                    time.cancelled.insert(id)
                }
            }
        }
    }

    /// Waits until somebody sleeps who has this long to go.
    func sleeper(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            time.withLock { time in
                time.waiters.append((duration, continuation))
                time.wakeWaiters()
            }
        }
    }

    /// Moves on, once somebody sleeps who has just this long to go.
    func pass(_ duration: Duration) async {
        await sleeper(for: duration)
        advance(by: duration)
    }

    func advance(by duration: Duration) {
        time.withLock { time in
            time.now = time.now.advanced(by: duration)
            for (id, sleeper) in time.sleepers where sleeper.deadline <= time.now {
                time.sleepers[id] = nil
                sleeper.continuation.resume()
            }
        }
    }
}

extension ManualClock.Time {
    fileprivate mutating func wakeWaiters() {
        let left = Set(sleepers.values.map { now.duration(to: $0.deadline) })
        for waiter in waiters where left.contains(waiter.duration) { waiter.continuation.resume() }
        waiters.removeAll { left.contains($0.duration) }
    }
}
