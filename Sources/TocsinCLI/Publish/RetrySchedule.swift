/// Whether, and after how long, a publish is sent again. It has a key, so that it counts once however often it is sent.
struct RetrySchedule: Hashable, Sendable {
    /// How often it is sent at most.
    var attempts = 4
    /// After the first attempt; it doubles with each.
    var firstDelay = Duration.milliseconds(250)
    /// A server that asks for more is asking not to be asked.
    var longestDelay = Duration.seconds(60)

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: how often it has been sent.
    ///   - retryAfter: what the server asks for, if it does.
    ///   - random: spreads out those who failed at the same time.
    /// - Returns: `nil` when it is not sent again.
    func delay(
        afterAttempt attempt: Int, retryAfter: Duration?, using random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt < attempts else { return nil }
        let asked = retryAfter ?? .zero
        guard asked <= longestDelay else { return nil }
        let backoff = firstDelay * (1 << (attempt - 1))
        return asked + backoff * Double.random(in: 0.5...1, using: &random)
    }

    /// Whether an answer leaves open what the same request would be answered later.
    static func isPassing(status: UInt) -> Bool {
        switch status {
        case 502, 503, 504: true
        default: false
        }
    }

    /// What `Retry-After` asks for (RFC 9110 10.2.3), where it is in seconds.
    static func retryAfter(_ field: String?) -> Duration? {
        guard let field, let seconds = Int(field), (0...86_400).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
