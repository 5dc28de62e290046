/// Whether, and after how long, a publish is sent again. It has a key, so that it counts once however often it is sent.
struct RetrySchedule: Hashable, Sendable {
    /// How long it is sent again: longer than a server takes to end and start.
    var patience = Duration.seconds(15)
    /// How often it is sent at least, even if each attempt takes long.
    var leastAttempts = 3
    /// After the first attempt; it doubles with each.
    var firstDelay = Duration.milliseconds(250)
    /// Where doubling ends.
    var longestBackoff = Duration.seconds(2)
    /// A server that asks for more is asking not to be asked.
    var longestDelay = Duration.seconds(60)

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: how often it has been sent.
    ///   - elapsed: the time since it was sent first.
    ///   - retryAfter: what the server asks for, if it does.
    ///   - random: spreads out those who failed at the same time.
    /// - Returns: `nil` when it is not sent again.
    func delay(
        afterAttempt attempt: Int, elapsed: Duration, retryAfter: Duration?,
        using random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt < leastAttempts || elapsed < patience else { return nil }
        let asked = retryAfter ?? .zero
        guard asked <= longestDelay else { return nil }
        let backoff = min(firstDelay * (1 << min(attempt - 1, 16)), longestBackoff)
        return asked + backoff * Double.random(in: 0.5...1, using: &random)
    }

    /// How long that goes on, for people.
    ///
    /// - Parameter elapsed: how long one attempt takes.
    func extent(elapsed: Duration) -> String {
        guard elapsed * leastAttempts < patience else { return "up to \(leastAttempts - 1) times" }
        return "for about \(DurationOption(milliseconds: Int(patience.components.seconds) * 1000))"
    }

    /// Whether an answer leaves open what the same request would be answered later.
    static func isPassing(status: UInt) -> Bool {
        switch status {
        case 429, 502, 503, 504: true
        default: false
        }
    }

    /// What `Retry-After` asks for (RFC 9110 10.2.3), where it is in seconds.
    static func retryAfter(_ field: String?) -> Duration? {
        guard let field, let seconds = Int(field), (0...86_400).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
