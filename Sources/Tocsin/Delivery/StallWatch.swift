/// Watches the subscribers whose channels take nothing, and tells which have taken no byte for too long.
struct StallWatch {
    struct Stall {
        /// In ticks.
        var since: UInt32
        /// See ``StreamChannel/takenBytes()``.
        var takenBytes: UInt64?
    }

    /// Seconds without a byte taken.
    private let timeout: UInt32
    private var watched: [ObjectIdentifier: Subscriber] = [:]

    init(timeout: Int) {
        self.timeout = UInt32(clamping: timeout)
    }

    mutating func begin(_ subscriber: Subscriber, at now: UInt32) {
        guard subscriber.stall == nil else { return }
        subscriber.stall = Stall(since: now, takenBytes: subscriber.channel.takenBytes())
        watched[ObjectIdentifier(subscriber)] = subscriber
    }

    mutating func end(_ subscriber: Subscriber) {
        guard subscriber.stall != nil else { return }
        subscriber.stall = nil
        watched[ObjectIdentifier(subscriber)] = nil
    }

    /// A second has passed. O(subscribers watched).
    ///
    /// - Returns: who has taken nothing for the timeout.
    func advance(to now: UInt32) -> [Subscriber] {
        var stalled: [Subscriber] = []
        for subscriber in watched.values {
            guard let stall = subscriber.stall else { continue }
            let takenBytes = subscriber.channel.takenBytes()
            if takenBytes != stall.takenBytes {
                subscriber.stall = Stall(since: now, takenBytes: takenBytes)
            } else if now &- stall.since >= timeout {
                stalled.append(subscriber)
            }
        }
        return stalled
    }
}
