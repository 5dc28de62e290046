import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct RoundsTests {
    @Test("Each has its turn once a round, and a second takes its share", arguments: [0, 1, 3, 14, 15, 16, 1000])
    func turns(count: Int) {
        var rounds = Rounds(seconds: 15)
        var turns = [Int](repeating: 0, count: count)
        for _ in 0..<15 {
            let share = rounds.advance(through: count)
            #expect(share.count <= (count + 14) / 15)
            for index in share { turns[index] += 1 }
        }
        #expect(turns.allSatisfy { $0 >= 1 })
        #expect(count < 1000 || turns.count { $0 > 1 } < 10)
    }

    @Test("Whoever stays has a turn now and then, however others come and go", arguments: 1...6 as ClosedRange<UInt64>)
    func changes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rounds = Rounds(seconds: 5)
        var list = Array(0..<20)
        var next = 20
        var lastTurn: [Int: Int] = [:]
        for second in 0..<400 {
            for _ in 0..<3 {
                if random.chance(50) {
                    list.append(next)
                    lastTurn[next] = second
                    next += 1
                } else if list.count > 1 {
                    list.swapAt(random.index(below: list.count), list.count - 1)
                    lastTurn[list.removeLast()] = nil
                }
            }
            for member in list[rounds.advance(through: list.count)] { lastTurn[member] = second }
            #expect(lastTurn.values.allSatisfy { second - $0 <= 30 })
        }
    }
}
