import GRDB
import JournalConformance
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite("A journal in SQLite", .timeLimit(.minutes(5)))
struct SQLiteJournalTests {
    @Test("It keeps what every journal promises", arguments: JournalConformance.checks)
    func conforms(_ check: JournalConformance.Check) async throws {
        try await run(check)
    }

    @Test("It does so with a feed that holds nothing", arguments: JournalConformance.commits)
    func conformsWithSmallFeed(_ check: JournalConformance.Check) async throws {
        try await run(check, feed: CommitFeed(capacity: 0))
    }

    private func run(_ check: JournalConformance.Check, feed: CommitFeed = CommitFeed()) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let journal = try folder.open(clock, feed: feed)
        try await check.run(JournalConformance.Subject(journal, clock: clock) { await journal.close() })
        await journal.close()
        #expect(try folder.integrity() == "ok")
    }

    @Test("It does so where pages end early and commits come late", arguments: JournalConformance.checksOfAnyPages)
    func conformsAdversely(_ check: JournalConformance.Check) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let journal = try folder.open(clock)
        let subject = JournalConformance.Subject(AdversarialJournal(journal), clock: clock) { await journal.close() }
        try await check.run(subject)
        await journal.close()
    }

    @Test("A commit waits for the disk")
    func durable() async throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open(ManualClock())
        let session = try #require(try journal.gate.session())
        let pragmas = try await session.pool.writeWithoutTransaction { database in
            (
                try? String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try? Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try? Int.fetchOne(database, sql: "PRAGMA busy_timeout"),
                try? Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint")
            )
        }
        #expect(pragmas.0 == "wal" && pragmas.1 == 2 && pragmas.2 == 5000 && pragmas.3 == Session.checkpointPages)
        await journal.close()
    }

    @Test("The log beside the file does not grow for ever")
    func logSize() async throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open(ManualClock())
        let text = String(repeating: "x", count: 200_000)
        for _ in 0..<50 {
            try await journal.publish((0..<5).map { _ in .to(.everyone, text) })
            _ = try await journal.newestAlarms(before: nil, for: .everything, limit: PageLimit(alarms: 5))
        }
        let size = try #require(try folder.contents()["tocsin.db-wal"]?.count)
        #expect(size < 2 * Session.checkpointPages * 4096)
        await journal.close()
    }

    @Test("A cancelled request is stored all the same")
    func cancellation() async throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open(ManualClock())
        let appended = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await journal.publish(.to(.everyone, "1"))
        }
        let id = try await appended.value[0].id
        #expect(try await journal.all().map(\.id) == [id])
        await journal.close()
    }

    @Test("A request that cannot be stored fails alone")
    func failsAlone() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        await (try folder.open(clock)).close()
        try folder.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON alarms WHEN NEW.data_text = 'bad'
            BEGIN SELECT RAISE(ABORT, 'not this one'); END
            """
        )
        let journal = try folder.open(clock)
        let results = try await journal.append([
            .publish([.to(.everyone, "1", key: "one")]),
            .publish([.to(.everyone, "2", key: "two"), .to(.everyone, "bad")]),
            .publish([.to(.everyone, "3"), .to(.everyone, "4", key: "two")]),
        ])
        guard case .published(let first) = results[0], case .published(let third) = results[2] else {
            Issue.record("the others were not published")
            return
        }
        #expect(results[1] == .failed("not this one"))
        #expect(first[0].isNew && third.allSatisfy { $0.isNew })
        #expect(try await journal.all().map(\.text) == ["1", "3", "4"])
        #expect(try await journal.all(for: .addresses([.everyone])).map(\.text) == ["1", "3", "4"])
        #expect(try await journal.head == third[1].id)
        #expect(try await journal.append([.publish([.to(.everyone, "bad")])]) == [.failed("not this one")])
        await journal.close()
    }

    @Test("A full disk makes it unavailable for as long as it is full")
    func diskFull() async throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open(ManualClock())
        let first = try await journal.publish(.to(.everyone, "1"))[0].id
        let session = try #require(try journal.gate.session())
        try await session.pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count = 1")
        }
        let error = await #expect(throws: JournalError.self) {
            try await journal.publish(.to(.everyone, String(repeating: "x", count: 100_000)))
        }
        #expect(error?.code == .unavailable && error?.message == "the disk is full; free some space")
        #expect(try await journal.all().map(\.id) == [first])
        try await session.pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        let second = try await journal.publish(.to(.everyone, "2"))[0].id
        #expect(second == AlarmID(high: first.high, low: first.low + 1))
        await journal.close()
    }

    @Test("A long run of expired alarms ends a page early, which then leads on")
    func patience() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let journal = try folder.open(clock)
        try await journal.publish((0..<25_000).map { _ in .to(.everyone, "", ttl: 1) })
        let last = try await journal.publish(.to(.everyone, "last"))[0].id
        clock.advance(seconds: 1)
        for selection in [Selection.everything, .addresses([.everyone])] {
            let page = try await journal.alarms(after: nil, through: nil, for: selection, limit: PageLimit(alarms: 10))
            #expect(page.entries.isEmpty && !page.isComplete && page.position < last)
            #expect(try await journal.all(for: selection).map(\.id) == [last])
            #expect(try await journal.allNewest(for: selection).map(\.id) == [last])
        }
        await journal.close()
    }

    @Test("Damaged rows are left out")
    func damagedRows() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        var journal = try folder.open(clock)
        let ids = try await journal.publish((0..<8).map { .to(.user("u"), "\($0)", ttl: 100) }).map(\.id)
        await journal.close()
        try folder.execute(
            """
            UPDATE alarms SET audience = 'nobody' WHERE low = 2;
            UPDATE alarms SET published_at = 9223372036854775807 WHERE low = 3;
            UPDATE alarms SET ttl = -1 WHERE low = 4;
            UPDATE alarms SET translations = '["ko","text"' WHERE low = 5;
            UPDATE alarms SET data_text = NULL, event = x'00ff' WHERE low = 6;
            DELETE FROM alarms WHERE low = 7;
            INSERT INTO alarms (low, published_at, audience, event) VALUES (-5, 1, 'everyone', 'x');
            """
        )
        journal = try folder.open(clock)
        #expect(try await journal.all().map(\.id) == [ids[0], ids[7]])
        #expect(try await journal.all(for: .addresses([.user("u")])).map(\.id) == [ids[0], ids[7]])
        guard case .notFound = try await journal.alarm(ids[2]) else { Issue.record("it was found"); return }
        #expect(try await journal.withdraw(ids[2]) == .notFound)
        clock.advance(seconds: 1000)
        try await journal.removeAllOutdated(RetentionPolicy(age: 1, alarms: 0, keyAge: 1))
        #expect(try await journal.all().isEmpty)
        await journal.close()
    }
}

extension TemporaryFolder {
    /// Lets another program at the data file.
    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: data)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// How many rows a table has.
    func count(_ table: String) throws -> Int? {
        try DatabaseQueue(path: data).read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(table)") }
    }

    /// What SQLite says to the state of the file.
    func integrity() throws -> String? {
        try DatabaseQueue(path: data).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }
}
