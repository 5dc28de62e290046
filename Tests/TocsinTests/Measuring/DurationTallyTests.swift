import Testing

@testable import Tocsin

@Suite struct DurationTallyTests {
    private func told(_ tally: DurationTally) -> [[Int64]] {
        var told: [[Int64]] = []
        tally.forEach { told.append([$0, Int64($1)]) }
        return told
    }

    @Test("Each bucket tells its mean, which lies in it, and nothing where it is empty")
    func means() {
        var tally = DurationTally()
        #expect(told(tally).isEmpty)
        tally.add(100_000, times: 1)
        tally.add(100_001, times: 2)
        tally.add(250_000, times: 2)
        tally.add(.max, times: 1)
        #expect(told(tally) == [[100_000, 1], [175_000, 4], [.max, 1]])
    }
}
