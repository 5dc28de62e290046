import HummingbirdCore
import Logging
import NIOCore
import ServerSentEvents

/// Writes a stream, and asks for the next event and for the next deadline only when it is done with the last.
struct EventStreamPen<C: Clock<Duration>>: Sendable {
    let settings: EventStreamSettings
    let clock: C
    let demand: AsyncStream<Void>.Continuation
    let deadline: AsyncStream<C.Instant>.Continuation
    let logger: Logger

    /// Returns when the response has been ended.
    func write(_ signals: AsyncStream<StreamSignal>, to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(opening)
        var written = clock.now
        demand.yield()
        awaitSilence(since: written)
        for await signal in signals {
            switch signal {
            case .event(let event):
                try await writer.write(ByteBuffer(bytes: event.serialized()))
                written = clock.now
                demand.yield()
                continue
            case .silence:
                if let heartbeat = settings.heartbeat, written.advanced(by: heartbeat) <= clock.now {
                    try await writer.write(heartbeatLine)
                    written = clock.now
                }
                awaitSilence(since: written)
                continue
            case .failed(let error):
                logger.error("the events of a stream failed", metadata: ["error": "\(error)"])
            case .shutdown:
                if let retry = settings.retryAfterShutdown {
                    try await writer.write(ByteBuffer(bytes: ServerSentEvent(retry: retry).serialized()))
                }
            case .ended, .left:
                break
            }
            return try await writer.finish(nil)
        }
        throw CancellationError()
    }

    private var opening: ByteBuffer {
        guard let retry = settings.retry else { return heartbeatLine }
        return ByteBuffer(bytes: ServerSentEvent(retry: retry).serialized())
    }

    private var heartbeatLine: ByteBuffer {
        ByteBuffer(bytes: EventStreamComment.heartbeat.serialized())
    }

    private func awaitSilence(since instant: C.Instant) {
        guard let heartbeat = settings.heartbeat else { return }
        deadline.yield(instant.advanced(by: heartbeat))
    }
}
