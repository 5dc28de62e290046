import NIOConcurrencyHelpers

/// A clock that stands still but for those who sleep on it: they wake at once, at the time they wanted.
final class SleepersClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = NIOLockedValueBox(Instant(offset: .zero))
    private let onWake: @Sendable (Duration) async -> Void

    /// - Parameter onWake: is called before each sleeper goes on.
    init(onWake: @escaping @Sendable (Duration) async -> Void) {
        self.onWake = onWake
    }

    var now: Instant { time.withLockedValue { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        time.withLockedValue { $0 = max($0, deadline) }
        await onWake(deadline.offset)
    }
}
