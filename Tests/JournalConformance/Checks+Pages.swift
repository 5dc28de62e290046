import Testing
import Tocsin

extension JournalConformance {
    static let pages: [Check] = [
        Check("A page begins after its first bound and ends with its last") { subject in
            let ids = try await publish(10, to: subject.journal)
            let journal = subject.journal
            #expect(try await journal.all(after: ids[2], through: ids[5]).map(\.id) == Array(ids[3...5]))
            #expect(try await journal.all(after: ids[9]).isEmpty)
            #expect(try await journal.all(after: ids[5], through: ids[5]).isEmpty)
            #expect(try await journal.all(after: ids[7], through: ids[5]).isEmpty)
            #expect(try await journal.all(after: .zero).map(\.id) == ids)
            let beyond = AlarmID(high: .max, low: .max)
            #expect(try await journal.all(through: beyond).map(\.id) == ids)
            #expect(try await journal.all(after: beyond).isEmpty)
            #expect(try await journal.all(through: .zero).isEmpty)
            #expect(try await journal.all(after: ids[5], for: .addresses([])).isEmpty)
        },
        Check("A page that holds all there is has looked through the end of what was asked for") { subject in
            let ids = try await publish(4, to: subject.journal)
            let limit = PageLimit(alarms: 10)
            let none = Selection.addresses([.user("nobody")])
            let page = try await subject.journal.alarms(after: ids[0], through: ids[2], for: none, limit: limit)
            #expect(page.position == ids[2] && page.isComplete && page.head == ids[3])
            let rest = try await subject.journal.alarms(after: ids[0], through: nil, for: none, limit: limit)
            #expect(rest.position == ids[3] && rest.isComplete)
            let beyond = AlarmID(high: .max, low: .max)
            let cut = try await subject.journal.alarms(after: ids[0], through: beyond, for: none, limit: limit)
            #expect(cut.position == ids[3], "what is not there yet was not looked through")
            let back = try await subject.journal.alarms(after: ids[3], through: ids[1], for: none, limit: limit)
            #expect(back.position == ids[3] && back.isComplete, "a position never goes back")
            let newest = try await subject.journal.newestAlarms(before: nil, for: none, limit: limit)
            #expect(newest.position == .zero && newest.isComplete)
        },
        Check("A page ends with its limit, and is complete only if nothing more is to be shown", needsFullPages: true) {
            subject in
            let ids = try await publish(4, to: subject.journal, ttlOfLast: 10)
            let page = { (after: AlarmID?, alarms: Int) in
                try await subject.journal.alarms(
                    after: after,
                    through: nil,
                    for: .everything,
                    limit: PageLimit(alarms: alarms)
                )
            }
            let first = try await page(nil, 2)
            #expect(first.entries.map(\.id) == Array(ids[0...1]) && first.position == ids[1] && !first.isComplete)
            let exact = try await page(first.position, 2)
            #expect(exact.entries.map(\.id) == Array(ids[2...3]) && exact.position == ids[3] && exact.isComplete)
            let three = try await page(nil, 3)
            #expect(three.position == ids[2] && !three.isComplete)
            subject.clock.advance(seconds: 10)
            let without = try await page(nil, 3)
            #expect(without.entries.count == 3 && without.position == ids[3] && without.isComplete)
        },
        Check("A page ends before the alarm with which it would be too large, except the first", needsFullPages: true) {
            subject in
            let journal = subject.journal
            let ids = try await publish(4, to: journal)
            let size = try await journal.all()[0].estimatedSize
            for (bytes, count) in [(0, 1), (size, 1), (2 * size - 1, 1), (2 * size, 2), (4 * size, 4), (.max, 4)] {
                let limit = PageLimit(alarms: 100, bytes: bytes)
                let page = try await journal.alarms(after: nil, through: nil, for: .everything, limit: limit)
                #expect(page.entries.map(\.id) == Array(ids.prefix(count)))
                #expect(page.isComplete == (count == 4))
                let newest = try await journal.newestAlarms(before: nil, for: .everything, limit: limit)
                #expect(newest.entries.map(\.id) == Array(ids.reversed().prefix(count)))
                #expect(newest.isComplete == (count == 4))
            }
        },
        Check("An alarm that concerns a reader in several ways comes once, and all in the order of ids") { subject in
            let journal = subject.journal
            var expected: [String] = []
            for index in 0..<60 {
                let audience: Audience =
                    switch index % 6 {
                    case 0: .user("me")
                    case 1: .topics(["a", "b"])
                    case 2: .everyone
                    case 3: .users(["you", "me"])
                    case 4: .topic("c")
                    default: .topic("b")
                    }
                try await journal.publish(.to(audience, "\(index)"))
                if index % 6 != 4 { expected.append("\(index)") }
            }
            let mine = Selection.addresses([.everyone, .topic("a"), .user("me"), .topic("b"), .user("me")])
            for limit in [1, 2, 7, 49, 50, 51, 100] {
                #expect(try await journal.all(for: mine, limit: limit).map(\.text) == expected)
                #expect(try await journal.allNewest(for: mine, limit: limit).map(\.text) == expected.reversed())
            }
        },
        Check("The newest alarms come first, and before is exclusive") { subject in
            let ids = try await publish(7, to: subject.journal)
            let journal = subject.journal
            for limit in [1, 3, 7, 100] {
                #expect(try await journal.allNewest(limit: limit).map(\.id) == ids.reversed())
                #expect(try await journal.allNewest(before: ids[3], limit: limit).map(\.id) == ids[..<3].reversed())
            }
            #expect(try await journal.allNewest(before: ids[0]).isEmpty)
            #expect(try await journal.allNewest(before: .zero).isEmpty)
            #expect(try await journal.allNewest(before: AlarmID(high: .max, low: 0)).map(\.id) == ids.reversed())
            #expect(try await journal.allNewest(before: AlarmID(high: ids[0].high, low: 0)).isEmpty)
            #expect(try await journal.allNewest(before: AlarmID(high: ids[0].high, low: .max)).count == 7)
        },
        Check("An alarm is gone exactly when its time to live is over") { subject in
            let journal = subject.journal
            let id = try await journal.publish(.to(.user("a"), "short", ttl: 5), .to(.user("a"), "long"))[0].id
            subject.clock.advance(milliseconds: 4999)
            #expect(try await journal.all(for: .addresses([.user("a")])).map(\.text) == ["short", "long"])
            subject.clock.advance(milliseconds: 1)
            #expect(try await journal.all(for: .addresses([.user("a")])).map(\.text) == ["long"])
            #expect(try await journal.all().map(\.text) == ["long"])
            #expect(try await journal.allNewest().map(\.text) == ["long"])
            guard case .notFound = try await journal.alarm(id) else { Issue.record("it was found"); return }
            #expect(try await journal.withdraw(id) == .notFound)
            #expect(try await journal.standing(of: id) == .resumable)
        },
    ]

    /// Alarms to everyone of one size.
    static func publish(_ count: Int, to journal: any Journal, ttlOfLast: Int? = nil) async throws -> [AlarmID] {
        let alarms = (0..<count).map { index in
            Alarm.to(.everyone, "\(index % 10)", ttl: index == count - 1 ? ttlOfLast : nil)
        }
        return try await journal.publish(alarms).map(\.id)
    }
}
