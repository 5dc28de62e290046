import Testing

@testable import TocsinServer

@Suite struct LineBudgetTests {
    @Test("Ten lines a second are written, and the next tells how many were left out")
    func budget() {
        var budget = LineBudget()
        let second: UInt64 = 1_000_000_000
        #expect((0..<10).map { budget.take(at: second + $0) } == Array(repeating: 0, count: 10))
        #expect((10..<17).allSatisfy { budget.take(at: second + $0) == nil })
        #expect(budget.take(at: 2 * second) == 7)
        #expect(budget.take(at: 2 * second) == 0)
    }
}
