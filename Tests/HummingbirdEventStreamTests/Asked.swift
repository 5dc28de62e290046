import NIOConcurrencyHelpers
import ServerSentEvents

/// Events without end, each there at once, and how many a stream has asked for.
struct Asked: AsyncSequence, Sendable {
    private let state = NIOLockedValueBox((count: 0, isLetGo: false))
    private let event: ServerSentEvent

    /// - Parameter size: of each event's data.
    init(eventsOfBytes size: Int) {
        event = ServerSentEvent(data: String(repeating: "x", count: size))
    }

    var count: Int { state.withLockedValue(\.count) }
    /// Whether nobody will ask for more.
    var isLetGo: Bool { state.withLockedValue(\.isLetGo) }

    func makeAsyncIterator() -> Iterator {
        Iterator(events: self)
    }

    final class Iterator: AsyncIteratorProtocol {
        private let events: Asked

        init(events: Asked) {
            self.events = events
        }

        func next() async -> ServerSentEvent? {
            events.state.withLockedValue { $0.count += 1 }
            return Task.isCancelled ? nil : events.event
        }

        deinit {
            events.state.withLockedValue { $0.isLetGo = true }
        }
    }
}
