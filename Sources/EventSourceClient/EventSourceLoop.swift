import AsyncHTTPClient
import NIOCore
import ServerSentEvents

/// What a loop over a source goes through, one step at each `next`.
///
/// Nothing runs between the steps: there is no task of its own, so that what is not asked for is not read.
final class EventSourceLoop {
    private enum Phase {
        case beginning
        case connecting
        case reading(StreamBody)
        case waiting(Duration)
        case ended
    }

    private let source: EventSource
    private var phase = Phase.beginning
    private var schedule: ReconnectionSchedule
    private var parser = EventStreamParser()
    /// What has been read and not been taken.
    private var items: [EventStreamItem] = []
    private var taken = 0

    private var options: EventSource.Options { source.options }

    init(_ source: EventSource) {
        self.source = source
        schedule = ReconnectionSchedule(maximumBackoff: source.options.maximumBackoff)
    }

    deinit {
        switch phase {
        case .beginning, .ended: break
        case .connecting, .reading, .waiting: source.enter(.closed(because: nil))
        }
    }

    func next(isolation: isolated (any Actor)?) async throws -> EventSource.Update? {
        do {
            while true {
                if let update = try await step(isolation: isolation) { return update }
                if case .ended = phase { return nil }
            }
        } catch {
            end(error as? EventSourceError)
            throw error
        }
    }

    /// - Returns: `nil` where there is nothing to tell of it.
    private func step(isolation: isolated (any Actor)?) async throws -> EventSource.Update? {
        switch phase {
        case .beginning:
            guard source.begin() else {
                phase = .ended
                throw EventSourceError(.inUse, "this source is being iterated already; make another for a second loop")
            }
            return connect()
        case .connecting:
            return try await attempt(isolation: isolation)
        case .reading(let body):
            if let item = take() { return .item(item) }
            return try await read(body, isolation: isolation)
        case .waiting(let time):
            try await options.clock.sleep(for: time)
            return connect()
        case .ended:
            return nil
        }
    }

    private func connect() -> EventSource.Update {
        phase = .connecting
        return enter(.connecting)
    }

    private func attempt(isolation: isolated (any Actor)?) async throws -> EventSource.Update? {
        let id = source.lastEventID
        let attempt = EventSourceAttempt(
            url: source.url, options: options, httpClient: source.httpClient, lastEventID: id)
        switch try await attempt.answer() {
        case .stream(let body):
            schedule.opened()
            parser = EventStreamParser(lastEventID: id, limits: options.limits)
            phase = .reading(StreamBody(body))
            return enter(.open)
        case .stop:
            end(nil)
            return .state(.closed(because: nil))
        case .retry(let error, let time):
            schedule.failed()
            return wait(because: error, retryAfter: time)
        case .failure(let error):
            throw error
        }
    }

    private func read(_ body: StreamBody, isolation: isolated (any Actor)?) async throws -> EventSource.Update? {
        // An error comes after the items that were read before it.
        if let error = parser.failure {
            throw EventSourceError(.tooLarge, error.message, cause: error)
        }
        source.took(parser.lastEventID)
        let limit = TimeLimit(duration: options.livenessTimeout, clock: options.clock)
        do {
            switch try await limit({ try await body.next() }) {
            case .bytes(let bytes)?:
                try? parser.parse(bytes.readableBytesView, into: &items)
                return nil
            case .end?:
                return wait(because: EventSourceError(.ended, "\(source.url) has ended the stream"))
            case nil:
                return wait(because: EventSourceError(.timedOut, "\(source.url) sends nothing any more"))
            }
        } catch {
            try Task.checkCancellation()
            return wait(because: .broken(source.url, error))
        }
    }

    private func take() -> EventStreamItem? {
        guard taken < items.count else {
            items.removeAll(keepingCapacity: items.count <= 1024)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        switch items[taken] {
        case .event(let event): source.took(event.lastEventID)
        case .reconnectionTime(let time): source.reconnectionTime = time.duration
        case .comment: break
        }
        return items[taken]
    }

    private func wait(because error: EventSourceError, retryAfter: Duration? = nil) -> EventSource.Update {
        let delay = schedule.delay(
            reconnectionTime: source.reconnectionTime, retryAfter: retryAfter, random: options.randomness())
        phase = .waiting(delay)
        return enter(.waiting(delay, because: error))
    }

    private func enter(_ state: EventSource.State) -> EventSource.Update {
        source.enter(state)
        return .state(state)
    }

    private func end(_ error: EventSourceError?) {
        if case .ended = phase { return }
        phase = .ended
        source.enter(.closed(because: error))
    }
}
