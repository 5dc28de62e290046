/// Tells which subscribers have been silent for the heartbeat's interval, without looking at the others.
///
/// A wheel of one slot a second. A subscriber sits in the slot in which it would be due if nothing were written to it until
/// then; when that slot's turn comes and something was written, it moves on to when it is due now. So each is looked at
/// about once an interval, and a write costs nothing but noting the second.
///
/// Each is due up to a quarter of the interval early, at random: alarms for everyone would otherwise bring all heartbeats
/// into the same second for ever.
struct HeartbeatWheel {
    struct Place {
        fileprivate var slot: Int32
        fileprivate var index: Int32

        static let none = Place(slot: -1, index: -1)
    }

    /// Seconds.
    private let interval: UInt32
    private let spread: UInt32
    private var slots: [ContiguousArray<Subscriber>]
    /// Seconds since the shard began.
    private(set) var now: UInt32 = 0

    /// - Parameter interval: seconds of silence, at least 1.
    init(interval: Int) {
        self.interval = UInt32(clamping: max(1, interval))
        self.spread = self.interval / 4
        self.slots = Array(repeating: [], count: Int(self.interval) + 1)
    }

    /// O(1).
    mutating func insert(_ subscriber: Subscriber, using random: inout some RandomNumberGenerator) {
        subscriber.lastWrite = now
        place(subscriber, at: now &+ delay(using: &random))
    }

    /// O(1).
    mutating func remove(_ subscriber: Subscriber) {
        let place = subscriber.wheelPlace
        guard place.slot >= 0 else { return }
        subscriber.wheelPlace = .none
        let slot = Int(place.slot)
        let last = slots[slot].removeLast()
        guard Int(place.index) < slots[slot].count else { return }
        slots[slot][Int(place.index)] = last
        last.wheelPlace = place
    }

    /// A second has passed.
    ///
    /// - Returns: who has been silent for the interval. They are watched on, as if they had been written to now.
    mutating func advance(using random: inout some RandomNumberGenerator) -> [Subscriber] {
        now &+= 1
        let slot = Int(now % UInt32(slots.count))
        let turn = slots[slot]
        guard !turn.isEmpty else { return [] }
        slots[slot] = []
        var silent: [Subscriber] = []
        for subscriber in turn {
            let delay = delay(using: &random)
            // Not by the new delay: whose turn it is has waited for its own, and would often be put off to the last second.
            if now &- subscriber.lastWrite >= interval - spread {
                silent.append(subscriber)
                place(subscriber, at: now &+ delay)
            } else {
                place(subscriber, at: subscriber.lastWrite &+ delay)
            }
        }
        return silent
    }

    private func delay(using random: inout some RandomNumberGenerator) -> UInt32 {
        interval - UInt32.random(in: 0...spread, using: &random)
    }

    /// - Parameter due: later than now, by the interval at most.
    private mutating func place(_ subscriber: Subscriber, at due: UInt32) {
        let slot = Int(due % UInt32(slots.count))
        subscriber.wheelPlace = Place(slot: Int32(slot), index: Int32(slots[slot].count))
        slots[slot].append(subscriber)
    }
}
