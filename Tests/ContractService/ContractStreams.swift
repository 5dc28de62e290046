import EventSourceClient
import Synchronization

/// The streams that the harness has asked for.
final class ContractStreams: Sendable {
    private struct Stream {
        let source: EventSource
        let callbacks: Callbacks
        var reading: Task<Void, Never>
    }

    private struct Streams {
        var byNumber: [Int: Stream] = [:]
        var next = 1
    }

    private let streams = Mutex(Streams())

    /// - Returns: the stream's number, or `nil` where the order cannot be fulfilled.
    func begin(_ order: StreamOrder) -> Int? {
        guard let source = order.source() else { return nil }
        let callbacks = Callbacks(url: order.callbackUrl)
        return streams.withLock { streams in
            defer { streams.next += 1 }
            streams.byNumber[streams.next] = Stream(
                source: source, callbacks: callbacks, reading: read(source, callbacks, after: nil))
            return streams.next
        }
    }

    func has(_ number: Int) -> Bool {
        streams.withLock { $0.byNumber[number] != nil }
    }

    /// Drops the connection and makes another, which is no error.
    func restart(_ number: Int) {
        streams.withLock { streams in
            guard let stream = streams.byNumber[number] else { return }
            stream.reading.cancel()
            streams.byNumber[number]?.reading = read(stream.source, stream.callbacks, after: stream.reading)
        }
    }

    /// - Returns: whether there was one.
    func end(_ number: Int) -> Bool {
        guard let stream = streams.withLock({ $0.byNumber.removeValue(forKey: number) }) else { return false }
        stream.reading.cancel()
        return true
    }

    private func read(
        _ source: EventSource, _ callbacks: Callbacks, after previous: Task<Void, Never>?
    ) -> Task<Void, Never> {
        Task {
            await previous?.value
            do {
                for try await update in source.updates {
                    if let message = Callbacks.Message(update) { await callbacks.send(message) }
                }
            } catch let error as EventSourceError {
                await callbacks.send(.error(error.message))
            } catch {
                // It was ended.
            }
        }
    }
}
