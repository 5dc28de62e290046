import Testing
import Tocsin

extension JournalConformance {
    static let appending: [Check] = [
        Check("An empty journal's head ends in 0 and can be resumed from") { subject in
            let head = try await subject.journal.head
            #expect(head.low == 0)
            #expect(try await subject.journal.standing(of: head) == .resumable)
            let page = try await subject.journal.alarms(
                after: nil,
                through: nil,
                for: .everything,
                limit: PageLimit(alarms: 1)
            )
            #expect(page.entries.isEmpty && page.isComplete)
            #expect(page.position == head && page.head == head && page.floor == .zero)
        },
        Check("Ids grow in the order of requests, and the head is the newest") { subject in
            let before = try await subject.journal.head
            let results = try await subject.journal.append([
                .publish([.to(.everyone, "1"), .to(.user("a"), "2")]),
                .publish([.to(.topic("t"), "3")]),
            ])
            let ids = results.flatMap { result -> [AlarmID] in
                guard case .published(let publications) = result else { return [] }
                #expect(publications.allSatisfy { $0.isNew })
                return publications.map(\.id)
            }
            #expect(ids.count == 3)
            #expect(ids == ids.sorted() && Set(ids).count == 3)
            #expect(before < ids[0])
            #expect(try await subject.journal.head == ids[2])
            #expect(try await subject.journal.all().map(\.text) == ["1", "2", "3"])
        },
        Check("Alarms have the time of the journal's clock, and ids grow also when it is set back") { subject in
            let first = try await subject.journal.publish(.to(.everyone, "1"))
            subject.clock.advance(seconds: -3600)
            let second = try await subject.journal.publish(.to(.everyone, "2"))
            #expect(first[0].id < second[0].id)
            let entries = try await subject.journal.all()
            #expect(entries.map(\.id) == [first[0].id, second[0].id])
            #expect(entries[1].publishedAt == subject.clock.now)
        },
        Check("One alarm may go to ten thousand users") { subject in
            let names = (0..<10_000).map { Name(stringLiteral: "user-\($0)") }
            let id = try await subject.journal.publish(.to(.users(names), "all of you"))[0].id
            for name in [names[0], names[5000], names[9999]] {
                #expect(try await subject.journal.all(for: .addresses([.user(name)])).map(\.id) == [id])
            }
            #expect(try await subject.journal.all().map(\.alarm.audience) == [.users(names)])
        },
        Check("An id is known only in the exact form in which it was given out") { subject in
            let journal = subject.journal
            let first = try await journal.publish(.to(.everyone, "1"))[0].id
            let last = try await journal.publish(.to(.everyone, "2"))[0].id
            #expect(try await journal.standing(of: first) == .resumable)
            #expect(try await journal.standing(of: last) == .resumable)
            let strangers = [
                AlarmID(high: last.high, low: last.low + 1), AlarmID(high: last.high, low: .max),
                AlarmID(high: last.high + 1, low: last.low), AlarmID(high: last.high - 1, low: last.low),
                AlarmID(high: .max, low: .max), AlarmID(high: .max, low: 0), .zero,
            ]
            for stranger in strangers {
                #expect(try await journal.standing(of: stranger) == .unknown, "\(stranger)")
                guard case .notFound = try await journal.alarm(stranger) else {
                    Issue.record("\(stranger) was found")
                    continue
                }
                #expect(try await journal.withdraw(stranger) == .notFound)
            }
        },
        Check("A closed journal says so") { subject in
            await subject.close()
            let code: JournalError.Code? =
                await {
                    do throws(JournalError) {
                        _ = try await subject.journal.append([.publish([.to(.everyone, "1")])])
                        return nil
                    } catch {
                        return error.code
                    }
                }()
            #expect(code == .closed)
            await #expect(throws: JournalError.self) { try await subject.journal.probe() }
            await #expect(throws: JournalError.self) { _ = try await subject.journal.head }
        },
        Check("A key is known again in its own scope only, and alarms come back without one") { subject in
            var alarms = [
                Alarm.to(.user("a"), "1", key: "k"), .to(.user("a"), "2", key: "k"), .to(.user("a"), "3", key: "k"),
            ]
            alarms[1].keyScope = "first"
            alarms[2].keyScope = "second"
            let first = try await subject.journal.publish(alarms)
            #expect(first.map(\.isNew) == [true, true, true] && Set(first.map(\.id)).count == 3)
            let again = try await subject.journal.publish(alarms)
            #expect(again == first.map { Publication(id: $0.id, isNew: false) })
            let entries = try await subject.journal.all()
            #expect(entries.map(\.text) == ["1", "2", "3"])
            #expect(entries.allSatisfy { $0.alarm.key == "k" && $0.alarm.keyScope == nil })
        },
        Check("A probe stores nothing") { subject in
            let head = try await subject.journal.head
            try await subject.journal.probe()
            #expect(try await subject.journal.head == head)
        },
    ]

    static let contents: [Check] = [
        Check("Alarms come back as they were published") { subject in
            let ko = try #require(LanguageTag("ko"))
            let english = try #require(LanguageTag("en-US"))
            let alarms = [
                Alarm(audience: .everyone, data: .text("")),
                Alarm(audience: .everyone, data: .text("two\nlines\r\nand a \u{0} and \"quotes\" and \\ and 🔔")),
                Alarm(audience: .everyone, data: .json(#"{"b":1.0,"a":null,"c":"\u0000"}"#)),
                Alarm(
                    audience: .user("é"),
                    event: try EventName("message"),
                    data: .json("null"),
                    retry: 500,
                    ttl: 31_536_000
                ),
                Alarm(
                    audience: .topics(["b", "a", "c\"\\"]),
                    data: .text("x"),
                    retry: 3_600_000,
                    key: "key \u{FFFD} 1"
                ),
                Alarm(
                    audience: .users(["one"]),
                    data: nil,
                    translations: [
                        Translation(language: ko, content: .json(#"{"message":"예약에 성공했습니다!"}"#)),
                        Translation(language: english, content: .text("a \u{0}\u{1F} \"text\"")),
                    ]
                ),
                Alarm(
                    audience: .topic("everyone"),
                    data: .text("x"),
                    translations: [Translation(language: ko, content: .text(""))]
                ),
            ]
            let publications = try await subject.journal.publish(alarms)
            let entries = try await subject.journal.all()
            #expect(entries.map(\.alarm) == alarms)
            #expect(entries.map(\.id) == publications.map(\.id))
            #expect(entries.allSatisfy { $0.publishedAt == subject.clock.now && $0.withdraws == nil })
            for (publication, alarm) in zip(publications, alarms) {
                guard case .found(let entry) = try await subject.journal.alarm(publication.id) else {
                    Issue.record("\(publication.id) was not found")
                    continue
                }
                #expect(entry.alarm == alarm)
            }
        },
        Check("Names are compared byte by byte, and users, topics and everyone are kept apart") { subject in
            let composed: Name = "\u{E9}"
            let decomposed: Name = "e\u{301}"
            let audiences: [Audience] = [
                .user(composed), .user(decomposed), .user("a"), .topic("a"), .user("A"), .topic("everyone"), .user("e"),
                .everyone, .user("a "), .user("aa"),
            ]
            for (index, audience) in audiences.enumerated() {
                try await subject.journal.publish(.to(audience, "\(index)"))
            }
            for (index, audience) in audiences.enumerated() {
                let entries = try await subject.journal.all(for: .addresses(audience.addresses))
                #expect(entries.map(\.text) == ["\(index)"])
            }
            let first = try await subject.journal.publish(.to(.everyone, "x", key: composed))[0]
            let second = try await subject.journal.publish(.to(.everyone, "y", key: decomposed))[0]
            #expect(second.isNew && first.id != second.id)
        },
    ]
}
