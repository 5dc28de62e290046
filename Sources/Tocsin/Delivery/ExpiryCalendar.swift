/// Tells whose passes have expired, by the wall clock and to the second.
struct ExpiryCalendar {
    /// By the second since 1970 that the pass does not see the end of.
    private var seconds: [Int64: [ObjectIdentifier: Subscriber]] = [:]

    /// O(1). Without an expiry it does nothing.
    mutating func insert(_ subscriber: Subscriber) {
        guard let second = subscriber.pass?.lastSecond else { return }
        seconds[second, default: [:]][ObjectIdentifier(subscriber)] = subscriber
    }

    /// O(1).
    mutating func remove(_ subscriber: Subscriber) {
        guard let second = subscriber.pass?.lastSecond else { return }
        seconds[second]?[ObjectIdentifier(subscriber)] = nil
        if seconds[second]?.isEmpty == true { seconds[second] = nil }
    }

    /// Whose passes have expired by now; they stay until they are removed.
    func expired(at now: Timestamp) -> [Subscriber] {
        seconds.filter { $0.key * 1000 <= now.milliseconds }.flatMap(\.value.values)
    }
}

extension StreamPass {
    /// The second, rounded up, at whose beginning it has expired.
    fileprivate var lastSecond: Int64? {
        expiresAt.map { ($0.milliseconds + 999).quotientAndRemainder(dividingBy: 1000).quotient }
    }
}
