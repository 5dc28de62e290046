/// Watches the subscribers who may take nothing, and tells which have taken no byte for too long.
struct StallWatch {
    struct Stall {
        /// In ticks.
        var since: UInt32
        /// See ``StreamChannel/takenBytes()``.
        var takenBytes: UInt64?
        /// Its place among those watched.
        var place: Int
    }

    /// Seconds without a byte taken.
    private let timeout: UInt32
    private var watched: [Subscriber] = []

    init(timeout: Int) {
        self.timeout = UInt32(clamping: timeout)
    }

    mutating func begin(_ subscriber: Subscriber, at now: UInt32) {
        // A reader in the same process may take its time: it holds up nobody and nothing but its own queue.
        guard subscriber.stall == nil, subscriber.channel.transport != .inProcess else { return }
        subscriber.stall = Stall(since: now, takenBytes: subscriber.channel.takenBytes(), place: watched.count)
        watched.append(subscriber)
    }

    mutating func end(_ subscriber: Subscriber) {
        guard let place = subscriber.stall?.place else { return }
        subscriber.stall = nil
        let last = watched.removeLast()
        guard place < watched.count else { return }
        watched[place] = last
        last.stall?.place = place
    }

    /// A second has passed. O(subscribers watched).
    ///
    /// - Returns: who has taken nothing for the timeout.
    mutating func advance(to now: UInt32) -> [Subscriber] {
        var stalled: [Subscriber] = []
        // From the end, since who is let go is replaced by the last.
        for subscriber in watched.reversed() {
            guard let stall = subscriber.stall else { continue }
            let takenBytes = subscriber.channel.takenBytes()
            if takenBytes != stall.takenBytes {
                if subscriber.channel.isWritable {
                    end(subscriber)
                } else {
                    subscriber.stall = Stall(since: now, takenBytes: takenBytes, place: stall.place)
                }
            } else if now &- stall.since >= timeout {
                stalled.append(subscriber)
            }
        }
        return stalled
    }
}
