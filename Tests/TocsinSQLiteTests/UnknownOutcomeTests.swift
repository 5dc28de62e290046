import Foundation
import GRDB
import JournalConformance
import Synchronization
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite("A journal in SQLite whose COMMIT fails", .timeLimit(.minutes(5)))
struct UnknownOutcomeTests {
    struct DiskError: Error {}

    @Test("A disk that is found full at COMMIT keeps nobody from reading")
    func fullAtCommit() async throws {
        let folder = try TemporaryFolder()
        let full = Fault(DatabaseError(resultCode: .SQLITE_FULL))
        var faults = SQLiteJournal.Faults()
        faults.beforeCommit = { try full.check() }
        faults.beforeReopening = { throw DiskError() }
        let journal = try folder.open(ManualClock(), faults: faults)
        let first = try await journal.publish(.to(.everyone, "1"))[0].id
        full.arm()
        let error = await #expect(throws: JournalError.self) { try await journal.publish(.to(.everyone, "2")) }
        #expect(error?.code == .unavailable && error?.message == "the disk is full; free some space")
        #expect(try await journal.all().map(\.id) == [first])
        let second = try await journal.publish(.to(.everyone, "3"))[0].id
        #expect(second == AlarmID(high: first.high, low: first.low + 1))
        await journal.close()
    }

    @Test("Why a file cannot be opened anew is told without the place where it lies")
    func reasonWithoutPlace() async throws {
        let folder = try TemporaryFolder()
        let failing = Fault()
        var faults = SQLiteJournal.Faults()
        faults.beforeCommit = { try failing.check() }
        faults.beforeReopening = {
            try FileManager.default.removeItem(atPath: folder.data)
            try Data("another program's".utf8).write(to: URL(fileURLWithPath: folder.data))
        }
        let journal = try folder.open(ManualClock(), faults: faults)
        failing.arm()
        await #expect(throws: JournalError.self) { try await journal.publish(.to(.everyone, "1")) }
        let error = await #expect(throws: JournalError.self) { _ = try await journal.head }
        let message = try #require(error?.message)
        #expect(message.hasPrefix("the data file cannot be opened") && !message.contains(folder.path))
        let file = try DataFile(folder.path + "/other.db")
        #expect(
            file.withoutPlace("folder \(folder.path) cannot be synced; look at the disk")
                == "its folder cannot be synced; look at the disk")
        await journal.close()
    }

    /// Throws as often as it was told to.
    final class Fault: Sendable {
        private let remaining = Mutex(0)
        private let error: any Error

        init(_ error: any Error = DiskError()) {
            self.error = error
        }

        func arm(_ times: Int = 1) {
            remaining.withLock { $0 = times }
        }

        func check() throws {
            let fails = remaining.withLock { remaining in
                defer { remaining = max(0, remaining - 1) }
                return remaining > 0
            }
            if fails { throw error }
        }
    }

    struct Setup {
        let folder: TemporaryFolder
        let clock = ManualClock()
        let before = Fault()
        let after = Fault()
        let reopening = Fault()
        let journal: SQLiteJournal

        init() throws {
            folder = try TemporaryFolder()
            var faults = SQLiteJournal.Faults()
            let (before, after, reopening) = (before, after, reopening)
            faults.beforeCommit = { try before.check() }
            faults.afterCommit = { try after.check() }
            faults.beforeReopening = { try reopening.check() }
            // No waiting: what cannot be read now is tried at once.
            let feed = CommitFeed(pause: { await Task.yield() })
            journal = try folder.open(clock, faults: faults, feed: feed)
        }

        func failure(_ body: () async throws -> Void) async -> JournalError.Code? {
            do {
                try await body()
                return nil
            } catch {
                return (error as? JournalError)?.code
            }
        }
    }

    @Test("The commits tell exactly what is in the file", arguments: [true, false])
    func commits(isStored: Bool) async throws {
        let setup = try Setup()
        let journal = setup.journal
        let commits = journal.commits(after: try await journal.head)
        let first = try await journal.publish(.to(.everyone, "1"))[0].id
        #expect(await commits.collect(1).map(\.id) == [first])

        (isStored ? setup.after : setup.before).arm()
        async let told = commits.collect(isStored ? 3 : 2)
        let code = await setup.failure {
            _ = try await journal.append([.publish([.to(.everyone, "2", key: "k")]), .withdraw(first)])
        }
        #expect(code == .outcomeUnknown)
        let again = try await journal.publish(.to(.everyone, "2", key: "k"))[0]
        #expect(again.isNew == !isStored)
        let last = try await journal.publish(.to(.everyone, "3"))[0].id
        let entries = await told
        #expect(entries.map(\.text) == (isStored ? ["2", #"{"id":"\#(first)"}"#, "3"] : ["2", "3"]))
        #expect(entries[0].id == again.id && entries.last?.id == last)
        #expect(entries.map(\.id).sorted() == entries.map(\.id))
        let stored = try await journal.all()
        #expect(stored.map(\.text) == (isStored ? [] : ["1"]) + entries.map(\.text))
        #expect(try await journal.head == last)
        #expect(try await journal.standing(of: first) == .resumable)
        await journal.close()
        #expect(try setup.folder.integrity() == "ok")
    }

    @Test("Reads wait for the file to be opened anew, and then see it")
    func reads() async throws {
        let setup = try Setup()
        setup.after.arm()
        let code = await setup.failure { try await setup.journal.publish(.to(.everyone, "1")) }
        #expect(code == .outcomeUnknown)
        #expect(try await setup.journal.all().map(\.text) == ["1"])
        #expect(try await setup.journal.head.low == 1)
        await setup.journal.close()
    }

    @Test("A file that cannot be opened anew is tried again with the next write")
    func reopening() async throws {
        let setup = try Setup()
        let journal = setup.journal
        let start = try await journal.head
        let commits = journal.commits(after: start)
        setup.after.arm()
        setup.reopening.arm(3)
        #expect(await setup.failure { try await journal.publish(.to(.everyone, "1", key: "k")) } == .outcomeUnknown)
        #expect(await setup.failure { _ = try await journal.all() } == .unavailable)
        #expect(await setup.failure { _ = try await journal.standing(of: start) } == .unavailable)
        #expect(await setup.failure { try await journal.probe() } == .unavailable)
        #expect(await setup.failure { try await journal.publish(.to(.everyone, "1", key: "k")) } == .unavailable)
        try await journal.probe()
        #expect(await commits.collect(1).map(\.text) == ["1"])
        #expect(try await journal.publish(.to(.everyone, "1", key: "k"))[0].isNew == false)
        await journal.close()
    }

    @Test("A probe, or retention, whose COMMIT fails does no harm")
    func others() async throws {
        let setup = try Setup()
        let journal = setup.journal
        let ids = try await journal.publish((0..<3).map { .to(.everyone, "\($0)") }).map(\.id)
        setup.before.arm()
        #expect(await setup.failure { try await journal.probe() } != nil)
        try await journal.probe()
        setup.after.arm()
        let policy = RetentionPolicy(age: 100, alarms: 1, keyAge: 100)
        #expect(await setup.failure { _ = try await journal.removeOutdated(policy) } != nil)
        #expect(try await journal.standing(of: ids[0]) == .expired)
        #expect(try await journal.all().map(\.id) == [ids[2]])
        try await journal.removeAllOutdated(policy)
        #expect(try await journal.all().map(\.id) == [ids[2]])
        await journal.close()
    }

    @Test("A file that was replaced meanwhile is told as a lost past, and its ids are not given out again")
    func replaced() async throws {
        let setup = try Setup()
        let journal = setup.journal
        let kept = try await journal.publish(.to(.everyone, "kept"))[0].id
        var commits = journal.commits(after: kept).makeAsyncIterator()
        let lost = try await journal.publish(.to(.everyone, "lost"))[0].id
        guard case .entries = await commits.next() else { Issue.record("it was not told"); return }
        // The transaction takes back what was answered before: what a disk that lied leaves behind.
        let session = try #require(try journal.gate.session())
        try await session.pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    DELETE FROM alarms WHERE low = 2; DELETE FROM addresses WHERE low = 2;
                    UPDATE sqlite_sequence SET seq = 1 WHERE name = 'alarms';
                    """
            )
        }
        setup.before.arm()
        #expect(await setup.failure { try await journal.probe() } != nil)
        guard case .discontinuity(let head) = await commits.next() else { Issue.record("it was not told"); return }
        #expect(head == kept)
        #expect(try await journal.standing(of: lost) == .unknown)
        let new = try await journal.publish(.to(.everyone, "new"))[0].id
        #expect(new.low == lost.low && new.high > lost.high)
        #expect(try await journal.standing(of: lost) == .unknown)
        guard case .entries(let entries, _) = await commits.next() else { Issue.record("it does not go on"); return }
        #expect(entries.map(\.id) == [new])
        await journal.close()
    }
}
