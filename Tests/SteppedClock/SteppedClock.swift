import Synchronization

/// A clock that goes on only when a test says so.
package final class SteppedClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        package var offset = Duration.zero

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Time {
        var now = Instant()
        var sleepers: [Int: (deadline: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var lastSleeper = 0
        /// Who waits until somebody sleeps for so long.
        var waiters: [(duration: Duration, continuation: CheckedContinuation<Void, Never>)] = []

        /// - Returns: those who need not wait any more.
        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            let left = Set(sleepers.values.map { now.duration(to: $0.deadline) })
            defer { waiters.removeAll { left.contains($0.duration) } }
            return waiters.filter { left.contains($0.duration) }.map(\.continuation)
        }
    }

    private let time = Mutex(Time())

    package init() {}

    package var now: Instant { time.withLock(\.now) }
    package var minimumResolution: Duration { .zero }

    /// Until when somebody sleeps, soonest first.
    package var deadlines: [Duration] { time.withLock { $0.sleepers.values.map(\.deadline.offset).sorted() } }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = time.withLock { time in
            time.lastSleeper += 1
            return time.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let waiters = time.withLock { time in
                    // A cancellation that comes before this finds nobody to wake, but has been noted by then.
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else if deadline <= time.now {
                        continuation.resume()
                    } else {
                        time.sleepers[id] = (deadline, continuation)
                    }
                    return time.takeWaiters()
                }
                for waiter in waiters { waiter.resume() }
            }
        } onCancel: {
            let sleeper = time.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until somebody sleeps who has just this long to go.
    package func sleeper(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let waiters = time.withLock { time in
                time.waiters.append((duration, continuation))
                return time.takeWaiters()
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    package func advance(by duration: Duration) {
        let woken = time.withLock { time in
            time.now.offset += duration
            let due = time.sleepers.filter { $0.value.deadline <= time.now }
            for id in due.keys { time.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Goes on, once somebody sleeps who has just this long to go.
    package func pass(_ duration: Duration) async {
        await sleeper(for: duration)
        advance(by: duration)
    }
}
