import Testing
import Tocsin

extension JournalConformance {
    static let withdrawal: [Check] = [
        Check("A withdrawal takes the alarm out and tells its readers so") { subject in
            let journal = subject.journal
            let ids = try await journal.publish(.to(.users(["a", "b"]), "1"), .to(.user("a"), "2")).map(\.id)
            guard case .withdrawn(let entry) = try await journal.withdraw(ids[0]) else {
                Issue.record("it was not withdrawn")
                return
            }
            #expect(entry.isNew)
            #expect(try await journal.head == entry.id)
            for name in ["a", "b"] as [Name] {
                let entries = try await journal.all(for: .addresses([.user(name)]))
                #expect(entries.map(\.id) == (name == "a" ? [ids[1], entry.id] : [entry.id]))
                let last = try #require(entries.last)
                #expect(last.alarm.event == .withdrawn && last.withdraws == ids[0])
                #expect(last.alarm.data == .json(#"{"id":"\#(ids[0])"}"#))
                #expect(last.alarm.audience == .users(["a", "b"]))
            }
            #expect(try await journal.all().map(\.id) == [ids[1], entry.id])
            #expect(try await journal.allNewest().map(\.id) == [entry.id, ids[1]])
            guard case .withdrawn(by: let found) = try await journal.alarm(ids[0]) else {
                Issue.record("it is still there")
                return
            }
            #expect(found.id == entry.id && found.withdraws == ids[0] && found.alarm.audience == .users(["a", "b"]))
            guard case .found = try await journal.alarm(entry.id) else { Issue.record("nothing tells of it"); return }
            #expect(try await journal.standing(of: ids[0]) == .resumable)
        },
        Check("Withdrawing again gives the same entry, and one that tells of it stays") { subject in
            let journal = subject.journal
            let id = try await journal.publish(.to(.everyone, "1"))[0].id
            let results = try await journal.append([.withdraw(id), .withdraw(id)])
            guard case .withdrawn(let entry) = results[0] else { Issue.record("it was not withdrawn"); return }
            #expect(results == [.withdrawn(entry), .withdrawn(Publication(id: entry.id, isNew: false))])
            #expect(try await journal.withdraw(id) == .withdrawn(Publication(id: entry.id, isNew: false)))
            #expect(try await journal.withdraw(entry.id) == .notWithdrawable)
            #expect(try await journal.all().map(\.id) == [entry.id])
        },
        Check("An alarm may be withdrawn in the batch that brings it") { subject in
            let journal = subject.journal
            let head = try await journal.publish(.to(.everyone, "0"))[0].id
            let next = AlarmID(high: head.high, low: head.low + 1)
            let results = try await journal.append([.publish([.to(.everyone, "1")]), .withdraw(next)])
            #expect(results[0] == .published([Publication(id: next, isNew: true)]))
            guard case .withdrawn = results[1] else { Issue.record("it was not withdrawn"); return }
            #expect(try await journal.all().map(\.id) == [head, try await journal.head])
        },
        Check("A withdrawn alarm is forgotten with its time to live") { subject in
            let journal = subject.journal
            let id = try await journal.publish(.to(.everyone, "1", ttl: 5))[0].id
            guard case .withdrawn = try await journal.withdraw(id) else { Issue.record("it was not withdrawn"); return }
            subject.clock.advance(seconds: 5)
            guard case .notFound = try await journal.alarm(id) else { Issue.record("it is remembered"); return }
            #expect(try await journal.withdraw(id) == .notFound)
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 1000, keyAge: 1000))
            guard case .notFound = try await journal.alarm(id) else { Issue.record("it is remembered"); return }
            #expect(try await journal.all().count == 1)
            #expect(try await journal.standing(of: id) == .resumable)
        },
    ]

    static let keys: [Check] = [
        Check("A key that is known gives the first id") { subject in
            let journal = subject.journal
            let first = try await journal.publish(.to(.everyone, "1", key: "k"))[0]
            let again = try await journal.publish(.to(.user("other"), "2", key: "k"), .to(.everyone, "3", key: "l"))
            #expect(again[0] == Publication(id: first.id, isNew: false))
            #expect(again[1].isNew)
            #expect(try await journal.all().map(\.text) == ["1", "3"])
        },
        Check("A key that comes twice in one append counts once") { subject in
            let results = try await subject.journal.append([
                .publish([.to(.everyone, "1", key: "k"), .to(.everyone, "2", key: "k"), .to(.everyone, "3")]),
                .publish([.to(.everyone, "4", key: "k")]),
            ])
            guard case .published(let one) = results[0], case .published(let two) = results[1] else {
                Issue.record("it was not published")
                return
            }
            #expect(one.map(\.isNew) == [true, false, true] && two.map(\.isNew) == [false])
            #expect(one[1].id == one[0].id && two[0].id == one[0].id)
            #expect(try await subject.journal.all().map(\.text) == ["1", "3"])
        },
        Check("A key is known for its time, whatever became of its alarm") { subject in
            let journal = subject.journal
            let withdrawn = try await journal.publish(.to(.everyone, "1", key: "withdrawn"))[0].id
            let removed = try await journal.publish(.to(.everyone, "2", ttl: 1, key: "expired"))[0].id
            _ = try await journal.withdraw(withdrawn)
            subject.clock.advance(seconds: 2)
            try await journal.removeAllOutdated(RetentionPolicy(age: 0, alarms: 0, keyAge: Subject.keyRetention))
            #expect(try await journal.all().isEmpty)
            subject.clock.advance(milliseconds: Int64(Subject.keyRetention) * 1000 - 2001)
            for (key, id) in [("withdrawn", withdrawn), ("expired", removed)] {
                let publication = try await journal.publish(.to(.everyone, "3", key: Name(stringLiteral: key)))[0]
                #expect(publication == Publication(id: id, isNew: false))
            }
            subject.clock.advance(milliseconds: 1)
            let new = try await journal.publish(.to(.everyone, "4", key: "withdrawn"))[0]
            #expect(new.isNew && new.id > removed, "a key whose time is over is unknown even if it was not removed")
            #expect(try await journal.publish(.to(.everyone, "5", key: "withdrawn"))[0].id == new.id)
            try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 1000, keyAge: Subject.keyRetention))
            #expect(try await journal.publish(.to(.everyone, "6", key: "withdrawn"))[0].id == new.id)
            #expect(try await journal.publish(.to(.everyone, "7", key: "expired"))[0].isNew)
        },
    ]
}
