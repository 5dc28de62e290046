/// How long to wait before the next attempt.
struct ReconnectionSchedule {
    /// The most that is added to the reconnection time.
    let maximumBackoff: Duration
    /// Attempts that failed since a stream was last open.
    private var failures = 0

    /// What a server may ask for.
    private static let longest = Duration.seconds(86_400)
    /// What doubles where the reconnection time is shorter: a server that is down is not asked without a pause.
    private static let leastBackoff = Duration.milliseconds(100)

    init(maximumBackoff: Duration) {
        self.maximumBackoff = maximumBackoff
    }

    mutating func opened() {
        failures = 0
    }

    mutating func failed() {
        failures += 1
    }

    /// - Parameters:
    ///   - reconnectionTime: the least time.
    ///   - retryAfter: what the answer asked for.
    ///   - random: in `0..<1`.
    func delay(reconnectionTime: Duration, retryAfter: Duration?, random: Double) -> Duration {
        let least = min(max(reconnectionTime, retryAfter ?? .zero, .zero), Self.longest)
        let unit = failures == 0 ? least : max(least, Self.leastBackoff)
        let backoff = min(unit * (1 << min(failures, 20)), maximumBackoff)
        return least + backoff * random
    }
}
