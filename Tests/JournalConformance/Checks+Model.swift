import SeededRandomness
import Testing
import Tocsin

extension JournalConformance {
    static let model: [Check] = (1...8).map { seed in
        Check("It does what the model does, whatever comes (seed \(seed))") { subject in
            try await compare(subject, seed: UInt64(seed))
        }
    }

    /// Does at random what clients do, and the same to a ``MemoryJournalState``; their ids differ in `high` only.
    private static func compare(_ subject: Subject, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let journal = subject.journal
        let high = try await journal.head.high
        var model = MemoryJournalState(
            now: Timestamp(milliseconds: Int64(clamping: high)),
            keyRetention: Subject.keyRetention
        )
        for _ in 0..<150 {
            let now = subject.clock.now
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let requests = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    request(head: model.head, &random)
                }
                #expect(try await journal.append(requests) == model.append(requests, at: now).results)
            case 6:
                let policy = RetentionPolicy(
                    age: Int.random(in: 50...400, using: &random),
                    alarms: Int.random(in: 20...200, using: &random),
                    keyAge: Subject.keyRetention
                )
                try await journal.removeAllOutdated(policy)
                while model.removeOutdated(policy, at: now) {}
            default:
                subject.clock.advance(milliseconds: Int64.random(in: 0...20_000, using: &random))
            }
            try await compare(journal, with: model, at: subject.clock.now, &random)
        }
    }

    private static func request(head: AlarmID, _ random: inout SeededGenerator) -> AppendRequest {
        if Int.random(in: 0..<5, using: &random) == 0 {
            return .withdraw(AlarmID(high: head.high, low: UInt64.random(in: 0...head.low + 2, using: &random)))
        }
        let names: [Name] = ["a", "b", "c", "d"]
        return .publish(
            (0..<Int.random(in: 1...3, using: &random)).map { index in
                let some = Array(names.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
                let audience: Audience =
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: .user(some[0])
                    case 1: .users(some)
                    case 2: .topic(some[0])
                    case 3: .topics(some)
                    default: .everyone
                    }
                return Alarm(
                    audience: audience,
                    data: .text("\(index)"),
                    ttl: Bool.random(using: &random) ? Int.random(in: 1...60, using: &random) : nil,
                    key: Bool.random(using: &random)
                        ? Name(stringLiteral: "\(Int.random(in: 0..<20, using: &random))") : nil
                )
            }
        )
    }

    private static func compare(
        _ journal: any Journal,
        with model: MemoryJournalState,
        at now: Timestamp,
        _ random: inout SeededGenerator
    ) async throws {
        #expect(try await journal.head == model.head)
        let some = { (random: inout SeededGenerator) in
            AlarmID(high: model.head.high, low: UInt64.random(in: 0...model.head.low + 1, using: &random))
        }
        let selection: Selection =
            Bool.random(using: &random) ? .everything : .addresses([.user("a"), .topic("b"), .everyone, .topic("d")])
        let everything = PageLimit(alarms: .max)
        let after = some(&random)
        let through = some(&random)
        let entries = try await journal.all(after: after, through: through, for: selection, limit: 9)
        let expected = model.alarms(after: after, through: through, for: selection, limit: everything, at: now).entries
        #expect(entries.map(\.id) == expected.map(\.id))
        #expect(entries.map(\.alarm) == expected.map(\.alarm))
        let newest = try await journal.allNewest(before: after, for: selection, limit: 9)
        let expectedNewest = model.newestAlarms(before: after, for: selection, limit: everything, at: now).entries
        #expect(newest.map(\.id) == expectedNewest.map(\.id))
        #expect(try await journal.standing(of: after) == model.standing(of: after))
        switch (try await journal.alarm(after), model.alarm(after, at: now)) {
        case (.found(let entry), .found(let other)): #expect(entry.alarm == other.alarm)
        case (.withdrawn(by: let entry), .withdrawn(by: let other)): #expect(entry.alarm == other.alarm)
        case (.notFound, .notFound): break
        case let (found, expected): Issue.record("\(after) is \(found), not \(expected)")
        }
        let page = try await journal.alarms(after: nil, through: nil, for: .addresses([]), limit: PageLimit(alarms: 1))
        #expect(page.floor == model.floor && page.head == model.head)
    }
}
