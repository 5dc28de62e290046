import NIOConcurrencyHelpers
import NIOCore
import Tocsin

/// Limits how often one client address publishes or withdraws.
final class PublishRate: Sendable {
    private let rate: Int
    private let buckets: NIOLockedValueBox<TokenBuckets>
    private let refusals: RefusalCounts
    private let now: @Sendable () -> NIODeadline

    /// - Parameter rate: requests a second.
    init(_ rate: Int, refusals: RefusalCounts, now: @escaping @Sendable () -> NIODeadline = NIODeadline.now) {
        self.rate = rate
        self.buckets = NIOLockedValueBox(TokenBuckets(rate: rate))
        self.refusals = refusals
        self.now = now
    }

    /// Counts a request.
    ///
    /// - Throws: 429 where the address has sent too many.
    func admit(_ address: IPAddress) throws(Problem) {
        let now = now().uptimeNanoseconds
        guard let wait = buckets.withLockedValue({ $0.take(for: address, at: now) }) else { return }
        refusals.count(.publishRate)
        throw .tooManyRequests(rate: rate, retryAfter: wait)
    }
}
