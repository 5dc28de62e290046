import NIOConcurrencyHelpers
import NIOCore

/// Counts the connections of a server, so that it can wait for the last to close.
final class OpenConnections: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = NIOLockedValueBox(State())

    var count: Int { state.withLockedValue(\.count) }

    /// Counts a connection until it is closed.
    func add(_ channel: any Channel) {
        state.withLockedValue { $0.count += 1 }
        channel.closeFuture.whenComplete { [self] _ in
            let waiters = state.withLockedValue { state in
                state.count -= 1
                guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Returns when no connection is open.
    func whenNone() async {
        await withCheckedContinuation { waiter in
            let isNone = state.withLockedValue { state in
                if state.count > 0 { state.waiters.append(waiter) }
                return state.count == 0
            }
            if isNone { waiter.resume() }
        }
    }
}
