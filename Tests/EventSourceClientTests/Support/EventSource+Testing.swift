import ServerSentEvents
import SteppedClock

@testable import EventSourceClient

extension EventSource {
    /// On a clock of the test's own, without chance.
    convenience init(
        _ url: String, _ clock: SteppedClock = SteppedClock(), _ change: (inout Options) -> Void = { _ in }
    ) {
        var options = Options()
        options.clock = clock
        options.randomness = { 0 }
        change(&options)
        self.init(url: url, options: options)
    }
}

extension EventSource.Updates.Iterator {
    /// Goes on until the connection is in such a state.
    mutating func skip(
        isolation: isolated (any Actor)? = #isolation, to state: (EventSource.State) -> Bool
    ) async throws {
        while let update = try await next() {
            if case .state(let new) = update, state(new) { return }
        }
        throw CancellationError()
    }

    /// Goes on until the connection has failed.
    ///
    /// - Returns: how long it waits, and why.
    mutating func wait(
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> (time: Duration, error: EventSourceError) {
        while let update = try await next() {
            if case .state(.waiting(let time, let error)) = update { return (time, error) }
        }
        throw CancellationError()
    }

    /// The next event.
    mutating func event(isolation: isolated (any Actor)? = #isolation) async throws -> MessageEvent? {
        while let update = try await next() {
            if case .item(.event(let event)) = update { return event }
        }
        return nil
    }
}
