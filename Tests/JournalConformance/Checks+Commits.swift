import Testing
import Tocsin

extension JournalConformance {
    package static let commits: [Check] = [
        Check("Commits come after an id, in order, those before the reader began and those after") { subject in
            let journal = subject.journal
            let ids = try await publish(5, to: journal)
            let commits = journal.commits(after: ids[1])
            #expect(await commits.collect(3).map(\.id) == Array(ids[2...]))
            let more = try await publish(3, to: journal)
            #expect(await commits.collect(3).map(\.id) == more)
            async let waiting = commits.collect(2)
            let last = try await publish(2, to: journal)
            #expect(await waiting.map(\.id) == last)
        },
        Check("A committed alarm is in the pages, and once in the commits, however they meet") { subject in
            let journal = subject.journal
            let commits = journal.commits(after: try await journal.head)
            async let told = commits.collect(400)
            for index in 0..<100 {
                _ = try await journal.append([
                    .publish([.to(.everyone, "\(index)a"), .to(.user("u"), "\(index)b")]),
                    .publish([.to(.topic("t"), "\(index)c"), .to(.everyone, "\(index)d")]),
                ])
                let page = try await journal.newestAlarms(before: nil, for: .everything, limit: PageLimit(alarms: 1))
                #expect(page.entries.first?.text == "\(index)d")
            }
            let ids = await told.map(\.id)
            let stored = try await journal.all().map(\.id)
            #expect(ids == stored)
        },
        Check("A withdrawal is among the commits, a key that was known is not") { subject in
            let journal = subject.journal
            let commits = journal.commits(after: try await journal.head)
            let first = try await journal.publish(.to(.everyone, "1", key: "k"))[0].id
            #expect(await commits.collect(1).map(\.id) == [first])
            try await journal.publish(.to(.everyone, "2", key: "k"))
            _ = try await journal.withdraw(first)
            #expect(await commits.collect(1).map(\.withdraws) == [first])
        },
        Check("Commits end when the journal is closed") { subject in
            let commits = subject.journal.commits(after: try await subject.journal.head)
            async let told = commits.collect(1)
            await subject.close()
            #expect(await told.isEmpty)
        },
        Check("Commits end when the reader's Task is cancelled, and another reader may begin") { subject in
            let journal = subject.journal
            let head = try await journal.head
            let commits = journal.commits(after: head)
            let reader = Task { await commits.collect(1) }
            reader.cancel()
            #expect(await reader.value.isEmpty)
            let id = try await publish(1, to: journal)
            #expect(await journal.commits(after: head).collect(1).map(\.id) == id)
        },
        Check("Who asks for commits after what this journal never had is told so first") { subject in
            let journal = subject.journal
            let ids = try await publish(2, to: journal)
            var commits = journal.commits(after: AlarmID(high: ids[0].high, low: 99)).makeAsyncIterator()
            guard case .discontinuity(let head) = await commits.next() else {
                Issue.record("it was not told")
                return
            }
            #expect(head == ids[1])
            let next = try await publish(1, to: journal)
            guard case .entries(let entries, _) = await commits.next() else {
                Issue.record("it does not go on")
                return
            }
            #expect(entries.map(\.id) == next)
        },
    ]
}
