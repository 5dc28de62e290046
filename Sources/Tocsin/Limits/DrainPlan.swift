/// How the streams of a server that ends are ended: a part of them at each step.
struct DrainPlan: Equatable, Sendable {
    /// From one step to the next.
    static let pause = Duration.milliseconds(100)
    /// Streams that are ended at a step at least, so that a server with few of them ends at once.
    private static let leastAtOnce = 100
    /// Clients that are asked to come back in the same second at most.
    private static let returnsPerSecond = 2500

    let steps: Int
    /// How long the first to come back may come before the last, in milliseconds.
    private let spread: Int

    /// - Parameter duration: for all of it; the last fifth is left for what the streams have not taken yet.
    init(streams: Int, within duration: Duration) {
        let most = max(1, Int(duration * 0.8 / Self.pause))
        steps = min(most, max(1, (streams + Self.leastAtOnce - 1) / Self.leastAtOnce))
        let usual = Block.farewellRetry
        spread = max(usual.upperBound - usual.lowerBound, streams * 1000 / Self.returnsPerSecond)
    }

    /// How long it takes.
    var duration: Duration { Self.pause * (steps - 1) }

    /// How many of those that are left are ended at a step.
    ///
    /// - Parameter step: from 0.
    func share(of left: Int, at step: Int) -> Int {
        let stepsLeft = max(1, steps - step)
        return (left + stepsLeft - 1) / stepsLeft
    }

    /// When those that are ended at a step come back, in milliseconds: not while the server, which would send them away,
    /// is still ending.
    func retry(at step: Int) -> ClosedRange<Int> {
        let rest = Self.pause * (steps - 1 - step)
        let first = Int(rest / .milliseconds(1)) + Block.farewellRetry.lowerBound
        return first...first + spread
    }
}
