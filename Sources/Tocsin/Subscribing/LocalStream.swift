/// A stream whose reader is in this process, from when it is counted in to its end: what it holds, and where its alarms go.
///
/// Used on the event loop of its shard only.
final class LocalStream: StreamChannel {
    private enum State {
        /// It is counted in.
        case preparing
        case open(Subscriber)
        case ended
    }

    private var state = State.preparing
    private let queue: AlarmQueue
    private let hub: Hub
    private let shard: Shard
    private var claim: ConnectionClaim?

    init(_ queue: AlarmQueue, hub: Hub, shard: Shard) {
        self.queue = queue
        self.hub = hub
        self.shard = shard
    }

    /// - Parameter claim: given back when it ends.
    func open(_ subscription: Subscription, claim: ConnectionClaim?) {
        guard case .preparing = state else {
            // It was cancelled, or lost its place before it began.
            if let claim { hub.registry.release(claim) }
            return
        }
        self.claim = claim
        let subscriber = shard.open(subscription, on: self)
        state = .open(subscriber)
        if hub.isDraining { shard.end(subscriber, since: .drained) }
    }

    /// Another stream took its place.
    func replaced() {
        switch state {
        case .open(let subscriber): shard.replace(subscriber)
        case .preparing: end(EventBatch(Block.replaced, meaning: .replaced))
        case .ended: break
        }
    }

    /// The reader has made room.
    func writabilityChanged() {
        guard case .open(let subscriber) = state else { return }
        shard.writabilityChanged(subscriber)
    }

    /// Gives back what the stream holds. Asking again does nothing.
    func end() {
        let former = state
        state = .ended
        switch former {
        case .ended: return
        case .preparing: break
        case .open(let subscriber): shard.close(subscriber)
        }
        queue.finish()
        if let claim {
            self.claim = nil
            hub.registry.release(claim)
        }
        hub.streamEnded(from: nil)
    }

    // MARK: StreamChannel

    var transport: StreamProtocol { .inProcess }
    var isWritable: Bool { !queue.isFull }
    /// What waits in the queue holds up nobody.
    var hasUntakenBytes: Bool { false }

    func write(_ batch: EventBatch) {
        queue.write(batch.meaning)
    }

    func end(_ last: EventBatch) {
        queue.write(last.meaning)
        end()
    }

    func abort() {
        end()
    }

    func takenBytes() -> UInt64? { nil }
}
