import NIOConcurrencyHelpers

/// When a server that was told to stop is to have ended.
final class DrainDeadline: Sendable {
    /// What every step of the end has at least.
    private static let least = Duration.seconds(1)

    private let deadline = NIOLockedValueBox<ContinuousClock.Instant?>(nil)
    private let (passing, passage) = AsyncStream.makeStream(of: Never.self)

    func set(in duration: Duration) {
        deadline.withLockedValue { $0 = .now + duration }
        Task { [passage] in
            try? await Task.sleep(for: duration + Self.least)
            passage.finish()
        }
    }

    /// Returns when it is over, and a step more; for one waiter.
    func hasPassed() async {
        for await _ in passing {}
    }

    var remaining: Duration {
        let deadline = deadline.withLockedValue { $0 }
        return max(Self.least, deadline.map { $0 - .now } ?? Self.least)
    }
}

/// Waits for `operation`, but not longer than `duration`; it goes on in any case.
///
/// For what cannot be cancelled, since a thread waits for the disk.
/// - Returns: whether it has ended.
func isDone(within duration: Duration, _ operation: @escaping @Sendable () async -> Void) async -> Bool {
    let (outcomes, outcome) = AsyncStream.makeStream(of: Bool.self)
    Task {
        await operation()
        outcome.yield(true)
    }
    let deadline = Task {
        try? await Task.sleep(for: duration)
        outcome.yield(false)
    }
    defer { deadline.cancel() }
    return await outcomes.first { _ in true } ?? false
}
