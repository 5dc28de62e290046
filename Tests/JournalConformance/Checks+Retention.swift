import Testing
import Tocsin

extension JournalConformance {
    static let retention: [Check] = [
        Check("Retention by age removes the oldest, and what lies before them is expired") { subject in
            let journal = subject.journal
            let start = try await journal.head
            let old = try await publish(5, to: journal)
            subject.clock.advance(seconds: 60)
            let new = try await publish(5, to: journal)
            subject.clock.advance(seconds: 40)
            try await journal.removeAllOutdated(RetentionPolicy(age: 100, alarms: 100, keyAge: 100))
            #expect(try await journal.all().count == 10, "kept as long as it is not older")
            subject.clock.advance(milliseconds: 1)
            try await journal.removeAllOutdated(RetentionPolicy(age: 100, alarms: 100, keyAge: 100))
            #expect(try await journal.all().map(\.id) == new)
            #expect(try await journal.allNewest().map(\.id) == new.reversed())
            let page = try await journal.alarms(
                after: nil,
                through: nil,
                for: .addresses([.user("none")]),
                limit: PageLimit(alarms: 1)
            )
            #expect(page.floor == old[4] && page.head == new[4])
            #expect(try await journal.standing(of: start) == .expired)
            #expect(try await journal.standing(of: old[3]) == .expired)
            #expect(try await journal.standing(of: old[4]) == .resumable)
            #expect(try await journal.standing(of: new[0]) == .resumable)
            guard case .notFound = try await journal.alarm(old[0]) else { Issue.record("it was found"); return }
            #expect(try await journal.withdraw(old[0]) == .notFound)
        },
        Check("Retention by count keeps the newest") { subject in
            let journal = subject.journal
            let ids = try await publish(2500, to: journal)
            let policy = RetentionPolicy(age: 1000, alarms: 7, keyAge: 1000)
            #expect(try await journal.removeOutdated(policy), "a batch is small")
            try await journal.removeAllOutdated(policy)
            #expect(try await journal.all().map(\.id) == Array(ids.suffix(7)))
            #expect(try await journal.standing(of: ids[2491]) == .expired)
            #expect(try await journal.standing(of: ids[2492]) == .resumable)
        },
        Check("What has expired does not count against what is kept") { subject in
            let journal = subject.journal
            let lasting = try await publish(3, to: journal)
            for _ in 0..<3 {
                let brief = Array(repeating: Alarm(audience: .everyone, data: .text("brief"), ttl: 10), count: 700)
                _ = try await journal.append([.publish(brief)])
            }
            subject.clock.advance(seconds: 11)
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 3, keyAge: 1000))
            #expect(try await journal.all().map(\.id) == lasting)
            #expect(try await journal.standing(of: lasting[0]) == .resumable)
        },
        Check("When all is removed the head stays, and ids go on") { subject in
            let journal = subject.journal
            let ids = try await publish(3, to: journal)
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 0, keyAge: 1000))
            #expect(try await journal.head == ids[2])
            #expect(try await journal.standing(of: ids[2]) == .resumable)
            #expect(try await journal.standing(of: ids[1]) == .expired)
            #expect(try await publish(1, to: journal)[0] > ids[2])
        },
        Check("Time to live removes alarms without expiring a resume point") { subject in
            let journal = subject.journal
            var ids: [AlarmID] = []
            for index in 0..<3000 {
                let ttl = index.isMultiple(of: 2) ? 10 : nil
                if index.isMultiple(of: 500) { ids.append(try await journal.head) }
                try await journal.publish(.to(.users(["a", "b"]), "\(index)", ttl: ttl))
            }
            subject.clock.advance(seconds: 10)
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 10_000, keyAge: 1000))
            let odd = (0..<3000).filter { !$0.isMultiple(of: 2) }.map(String.init)
            #expect(try await journal.all().map(\.text) == odd)
            #expect(try await journal.all(for: .addresses([.user("a"), .user("b")])).map(\.text) == odd)
            for id in ids { #expect(try await journal.standing(of: id) == .resumable) }
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 1500, keyAge: 1000))
            #expect(try await journal.all().count == 1500, "what is gone does not count")
        },
    ]
}
