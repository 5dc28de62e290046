import Testing

@testable import EventSourceClient

@Suite struct ReconnectionScheduleTests {
    @Test(
        "The reconnection time is the least, and what is added doubles with each failure up to a bound",
        arguments: [
            (0, 3, 3, 6), (1, 3, 3, 9), (2, 3, 3, 15), (4, 3, 3, 51), (5, 3, 3, 63), (1000, 3, 3, 63),
            (0, 100, 100, 160), (0, 0, 0, 0),
        ] as [(Int, Int, Int, Int)])
    func backoff(failures: Int, time: Int, least: Int, most: Int) {
        var schedule = ReconnectionSchedule(maximumBackoff: .seconds(60))
        for _ in 0..<failures { schedule.failed() }
        func delay(_ random: Double) -> Duration {
            schedule.delay(reconnectionTime: .seconds(time), retryAfter: nil, random: random)
        }
        #expect(delay(0) == .seconds(least))
        #expect(delay(1) == .seconds(most))
        #expect(delay(0.5) == .seconds(least) + .seconds(most - least) / 2)
    }

    @Test("A server that lets reconnect at once is not asked without a pause while it is down")
    func noTime() {
        var schedule = ReconnectionSchedule(maximumBackoff: .seconds(60))
        #expect(schedule.delay(reconnectionTime: .zero, retryAfter: nil, random: 1) == .zero)
        schedule.failed()
        #expect(schedule.delay(reconnectionTime: .zero, retryAfter: nil, random: 1) == .milliseconds(200))
        for _ in 0..<20 { schedule.failed() }
        #expect(schedule.delay(reconnectionTime: .zero, retryAfter: nil, random: 1) == .seconds(60))
        schedule.opened()
        #expect(schedule.delay(reconnectionTime: .zero, retryAfter: nil, random: 1) == .zero)
    }

    @Test(
        "What an answer asks for counts where it is more, and nothing is longer than a day",
        arguments: [
            (Duration.seconds(3), Duration.seconds(20), Duration.seconds(20)), (.seconds(3), .seconds(1), .seconds(3)),
            (.milliseconds(Int.max), nil, .seconds(86_400)), (.seconds(3), .seconds(Int.max), .seconds(86_400)),
            (.seconds(-1), nil, .zero),
        ] as [(Duration, Duration?, Duration)])
    func longest(time: Duration, retryAfter: Duration?, delay: Duration) {
        let schedule = ReconnectionSchedule(maximumBackoff: .zero)
        #expect(schedule.delay(reconnectionTime: time, retryAfter: retryAfter, random: 1) == delay)
    }
}
