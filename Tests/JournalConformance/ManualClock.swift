import Synchronization
package import Tocsin

/// A clock that stands until it is told to go on.
package final class ManualClock: Sendable {
    private let milliseconds: Mutex<Int64>

    package init(milliseconds: Int64 = 1_800_000_000_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    package var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    package var wallClock: WallClock { { self.now } }

    package func advance(seconds: Int) {
        advance(milliseconds: Int64(seconds) * 1000)
    }

    package func advance(milliseconds: Int64) {
        self.milliseconds.withLock { $0 += milliseconds }
    }
}
