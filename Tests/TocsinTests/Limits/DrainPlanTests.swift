import Testing

@testable import Tocsin

@Suite struct DrainPlanTests {
    @Test(
        "Few streams end at once, many over four fifths of the time that there is",
        arguments: [
            (0, 10.0, 1), (1, 10, 1), (100, 10, 1), (101, 10, 2), (1000, 10, 10), (8000, 10, 80), (100_000, 10, 80),
            (100_000, 0.25, 2), (100_000, 0, 1),
        ])
    func steps(streams: Int, seconds: Double, steps: Int) {
        let plan = DrainPlan(streams: streams, within: .seconds(seconds))
        #expect(plan.steps == steps)
        #expect(plan.duration <= .seconds(seconds) * 0.8)
    }

    @Test("All are ended by the last step, about the same number at each", arguments: [1, 99, 250, 10_000, 123_457])
    func shares(streams: Int) {
        let plan = DrainPlan(streams: streams, within: .seconds(10))
        var left = streams
        var shares: [Int] = []
        for step in 0..<plan.steps {
            shares.append(plan.share(of: left, at: step))
            left -= shares[step]
        }
        #expect(left == 0)
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
    }

    @Test(
        "Of those that are ended nobody comes back before the end, and in no second too many",
        arguments: [20, 10_000, 60_000])
    func returns(streams: Int) {
        let plan = DrainPlan(streams: streams, within: .seconds(10))
        let end = Int(plan.duration / .milliseconds(1))
        var left = streams
        var ofSecond: [Int: Int] = [:]
        for step in 0..<plan.steps {
            let share = plan.share(of: left, at: step)
            left -= share
            let retry = plan.retry(at: step)
            for number in 0..<share {
                // Evenly, as chance would have it.
                let delay = retry.lowerBound + retry.count * number / share
                let time = step * 100 + delay
                #expect(time >= end + 2000)
                ofSecond[(time - end) / 1000, default: 0] += 1
            }
        }
        #expect(ofSecond.values.max() ?? 0 <= 2600)
        if streams < 100 { #expect(plan.retry(at: 0) == 2000...6000) }
    }
}
