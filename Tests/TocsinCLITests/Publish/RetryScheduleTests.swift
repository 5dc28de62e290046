import Testing

@testable import TocsinCLI

@Suite struct RetryScheduleTests {
    /// A linear congruential generator, the same at every run.
    private struct Sequence: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    /// A hundred delays after the same attempt.
    private func delays(_ attempt: Int, elapsed: Duration = .zero, retryAfter: Duration? = nil) -> [Duration] {
        var random = Sequence()
        return (0..<100).compactMap { _ in
            RetrySchedule().delay(afterAttempt: attempt, elapsed: elapsed, retryAfter: retryAfter, using: &random)
        }
    }

    @Test(arguments: [
        (0, "for about 15s"), (4, "for about 15s"), (5, "up to 2 times"), (60, "up to 2 times"),
    ])
    func `how long it goes on depends on how long an attempt takes`(seconds: Int, extent: String) {
        #expect(RetrySchedule().extent(elapsed: .seconds(seconds)) == extent)
    }

    @Test(arguments: [
        (1, 125, 250), (2, 250, 500), (3, 500, 1000), (4, 1000, 2000), (5, 1000, 2000), (100, 1000, 2000),
    ])
    func `the delay doubles up to two seconds, and is spread over its second half`(
        attempt: Int, least: Int, most: Int
    ) throws {
        let delays = delays(attempt)
        #expect(delays.allSatisfy { (.milliseconds(least) ... .milliseconds(most)).contains($0) })
        let spread = try #require(delays.max()) - (try #require(delays.min()))
        #expect(delays.count == 100 && spread > .milliseconds(most - least) * 0.9)
    }

    @Test(arguments: [(1, 15, true), (2, 60, true), (3, 14, true), (3, 15, false), (12, 14, true), (12, 15, false)])
    func `it gives up after 15 seconds, but not before the third attempt`(attempt: Int, seconds: Int, isAgain: Bool) {
        #expect(delays(attempt, elapsed: .seconds(seconds)).isEmpty == !isAgain)
    }

    @Test func `a server that starts again within ten seconds is met`() {
        var random = Sequence()
        var elapsed = Duration.zero
        var attempt = 1
        while let delay = RetrySchedule().delay(
            afterAttempt: attempt, elapsed: elapsed, retryAfter: nil, using: &random)
        {
            elapsed += delay
            attempt += 1
        }
        #expect((.seconds(15) ... .seconds(17)).contains(elapsed), "\(elapsed)")
    }

    @Test(arguments: [0, 5, 60])
    func `a server that asks for time gets it`(seconds: Int) {
        let range: ClosedRange<Duration> = .milliseconds(seconds * 1000 + 125) ... .milliseconds(seconds * 1000 + 250)
        #expect(delays(1, retryAfter: .seconds(seconds)).allSatisfy(range.contains))
        #expect(delays(1, retryAfter: .seconds(seconds)).count == 100)
    }

    @Test func `a server that asks for more than a minute is not asked again`() {
        #expect(delays(1, retryAfter: .seconds(61)).isEmpty)
    }

    @Test(
        arguments: [
            (nil, nil), ("3", .seconds(3)), ("0", .zero), ("-1", nil), ("x", nil),
            ("Fri, 31 Dec 1999 23:59:59 GMT", nil),
        ] as [(String?, Duration?)])
    func `Retry-After is read where it is in seconds`(field: String?, expected: Duration?) {
        #expect(RetrySchedule.retryAfter(field) == expected)
    }

    @Test(arguments: [
        (200, false), (201, false), (400, false), (422, false), (429, true), (500, false), (502, true), (503, true),
        (504, true),
    ])
    func `only an answer that may change is asked for again`(status: UInt, isPassing: Bool) {
        #expect(RetrySchedule.isPassing(status: status) == isPassing)
    }
}
