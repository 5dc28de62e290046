import Testing

@testable import Tocsin
@testable import TocsinCLI

@Suite struct TimeDistanceTests {
    @Test(arguments: [
        (0, "now"), (999, "now"), (-999, "now"), (1000, "in 1s"), (59_000, "in 59s"), (60_000, "in 1m"),
        (-61_000, "1m 1s ago"), (3_599_000, "in 59m 59s"), (3_600_000, "in 1h"), (3_601_000, "in 1h"),
        (90_061_000, "in 1d 1h"), (-31_536_000_000, "365d ago"), (9_007_199_254_740_991, "in 104249991d 8h"),
    ])
    func `the two greatest units are told`(milliseconds: Int64, text: String) {
        let now = Timestamp(milliseconds: 0)
        #expect(TimeDistance(time: Timestamp(milliseconds: milliseconds), now: now).description == text)
    }
}
