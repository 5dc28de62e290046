import HummingbirdCore
import Logging
import ServerSentEvents
import ServiceLifecycle

/// The body of one response while it is being written.
///
/// One task writes; others tell it what there is to write, each only one thing at a time, so that nothing piles up while the
/// client takes nothing.
struct ServedEventStream<Events: AsyncSequence & Sendable>: Sendable
where Events.Element == ServerSentEvent, Events.AsyncIterator: SendableMetatype {
    let events: Events
    let settings: EventStreamSettings
    let requestBody: RequestBody
    let logger: Logger

    /// Returns when the stream has ended; throws when the client could not be written to.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        try await write(to: &writer, clock: settings.clock)
    }

    private func write<C: Clock<Duration>>(to writer: inout any ResponseBodyWriter, clock: C) async throws {
        let (signals, signal) = AsyncStream<StreamSignal>.makeStream()
        let (demands, demand) = AsyncStream<Void>.makeStream()
        let (deadlines, deadline) = AsyncStream<C.Instant>.makeStream()
        let pen = EventStreamPen(settings: settings, clock: clock, demand: demand, deadline: deadline, logger: logger)
        let lent = LentWriter(writer: writer)
        try await requestBody.consumeWithInboundCloseHandler { body in
            // True is the end of the response.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    var writer = lent.writer
                    try await pen.write(signals, to: &writer)
                    return true
                }
                group.addTask {
                    await read(on: demands, telling: signal)
                    return false
                }
                group.addTask {
                    for await instant in deadlines {
                        try await clock.sleep(until: instant, tolerance: nil)
                        signal.yield(.silence)
                    }
                    return false
                }
                group.addTask {
                    // What is left of the request would else keep its end from being seen, and with that the client's leave.
                    do { for try await _ in body {} } catch {}
                    return false
                }
                group.addTask {
                    try await gracefulShutdown()
                    signal.yield(.shutdown)
                    try await clock.sleep(for: EventStreamSettings.shutdownGrace)
                    throw CancellationError()
                }
                while try await group.next() == false {}
                group.cancelAll()
            }
        } onInboundClosed: {
            signal.yield(.left)
        }
    }

    private func read(on demands: AsyncStream<Void>, telling signal: AsyncStream<StreamSignal>.Continuation) async {
        var events = events.makeAsyncIterator()
        do {
            for await _ in demands {
                guard let event = try await events.next() else {
                    signal.yield(.ended)
                    return
                }
                signal.yield(.event(event))
            }
        } catch {
            signal.yield(.failed(error))
        }
    }
}

/// A writer on its way into the task that writes.
///
/// Unchecked, since writers need not be sendable: no other task uses it until that task has ended, for which its group waits.
private struct LentWriter: @unchecked Sendable {
    let writer: any ResponseBodyWriter
}

/// What the task that writes is told.
enum StreamSignal: Sendable {
    case event(ServerSentEvent)
    /// The events have ended.
    case ended
    case failed(any Error)
    /// The deadline that was given out last has passed.
    case silence
    /// The client has left.
    case left
    case shutdown
}
