import NIOConcurrencyHelpers
import ServerSentEvents

/// Events that a test sends, and whether their reader has gone.
struct Watched: Sendable {
    let events: AsyncStream<ServerSentEvent>
    private let source: AsyncStream<ServerSentEvent>.Continuation
    private let ending = NIOLockedValueBox<AsyncStream<ServerSentEvent>.Continuation.Termination?>(nil)

    init() {
        (events, source) = AsyncStream.makeStream()
        source.onTermination = { [ending] reason in ending.withLockedValue { $0 = reason } }
    }

    func send(_ data: String) {
        source.yield(ServerSentEvent(data: data))
    }

    func finish() {
        source.finish()
    }

    var isCancelled: Bool {
        if case .cancelled = ending.withLockedValue({ $0 }) { true } else { false }
    }
}

extension Watched {
    /// No events.
    static let none = AsyncStream<ServerSentEvent> { $0.finish() }
}
