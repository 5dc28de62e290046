import Foundation
import JournalConformance
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite("A journal in SQLite that is opened again", .timeLimit(.minutes(5)))
struct RestartTests {
    let folder: TemporaryFolder
    let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("Everything is kept, and ids grow")
    func restart() async throws {
        var journal = try folder.open(clock)
        let old = try await journal.publish(
            .to(.user("a"), "1", key: "k"),
            .to(.everyone, "2"),
            .to(.everyone, "3")
        ).map(\.id)
        guard case .withdrawn(let withdrawal) = try await journal.withdraw(old[1]) else {
            Issue.record("it was not withdrawn")
            return
        }
        await journal.close()
        clock.advance(seconds: 5)

        journal = try folder.open(clock)
        #expect(try await journal.head == withdrawal.id, "the head is the last entry's own id")
        #expect(try await journal.all().map(\.id) == [old[0], old[2], withdrawal.id])
        #expect(try await journal.all().last?.withdraws == old[1])
        guard case .withdrawn = try await journal.alarm(old[1]) else { Issue.record("it is not withdrawn"); return }
        #expect(try await journal.withdraw(old[1]) == .withdrawn(Publication(id: withdrawal.id, isNew: false)))
        for id in old { #expect(try await journal.standing(of: id) == .resumable) }
        let again = try await journal.publish(.to(.everyone, "again", key: "k"), .to(.everyone, "4"))
        #expect(again[0] == Publication(id: old[0], isNew: false), "the first id with its own high")
        #expect(again[1].id.high > old[0].high && again[1].id.low == withdrawal.id.low + 1)
        #expect(try await journal.all(after: old[2]).map(\.id) == [withdrawal.id, again[1].id])
        #expect(try await journal.allNewest(before: withdrawal.id).map(\.id) == [old[2], old[0]])
        for stranger in [
            AlarmID(high: old[0].high, low: again[1].id.low), AlarmID(high: again[1].id.high, low: old[0].low),
            AlarmID(high: again[1].id.high, low: 0), AlarmID(high: old[0].high + 1, low: 1),
        ] {
            #expect(try await journal.standing(of: stranger) == .unknown, "\(stranger)")
        }
        #expect(try await journal.standing(of: AlarmID(high: old[0].high, low: 0)) == .resumable)
        await journal.close()
    }

    @Test("A clock that was set back does not set ids back", arguments: [-86_400, -1, 0])
    func clock(seconds: Int) async throws {
        var heads: [AlarmID] = []
        for _ in 0..<4 {
            let journal = try folder.open(clock)
            heads.append(try await journal.publish(.to(.everyone, "1"))[0].id)
            await journal.close()
            clock.advance(seconds: seconds)
        }
        #expect(heads == heads.sorted())
        #expect(Set(heads.map(\.high)).count == 4)
        #expect(heads.map(\.low) == [1, 2, 3, 4])
    }

    @Test("Openings without an alarm leave no trace in the file")
    func idleRestarts() async throws {
        var journal = try folder.open(clock)
        let id = try await journal.publish(.to(.everyone, "1"))[0].id
        for _ in 0..<20 {
            await journal.close()
            clock.advance(seconds: 1)
            journal = try folder.open(clock)
        }
        let next = try await journal.publish(.to(.everyone, "2"))[0].id
        #expect(next.high == id.high + 20_000, "the last opening's, though none before had an alarm")
        for id in [id, next] { #expect(try await journal.standing(of: id) == .resumable) }
        await journal.close()
        #expect(try folder.count("epochs") == 2)
    }

    @Test("The position of a journal that was empty stays known")
    func empty() async throws {
        var positions: [AlarmID] = []
        for _ in 0..<3 {
            let journal = try folder.open(clock)
            positions.append(try await journal.head)
            for position in positions { #expect(try await journal.standing(of: position) == .resumable) }
            await journal.close()
        }
        #expect(Set(positions).count == 3 && positions == positions.sorted())
        let journal = try folder.open(clock)
        let id = try await journal.publish(.to(.everyone, "1"))[0].id
        #expect(try await journal.all(after: positions[0]).map(\.id) == [id])
        try await journal.removeAllOutdated(RetentionPolicy(age: 0, alarms: 0, keyAge: 0))
        #expect(try await journal.standing(of: positions[0]) == .expired)
        await journal.close()
    }

    @Test("After retention has removed all, the head and the floor are kept")
    func allRemoved() async throws {
        var journal = try folder.open(clock)
        let ids = try await journal.publish((0..<700).map { .to(.everyone, "\($0)") }).map(\.id)
        try await journal.removeAllOutdated(RetentionPolicy(age: 1000, alarms: 0, keyAge: 1000))
        await journal.close()
        clock.advance(seconds: 1)
        journal = try folder.open(clock)
        #expect(try await journal.head == ids[699])
        #expect(try await journal.standing(of: ids[699]) == .resumable)
        #expect(try await journal.standing(of: ids[698]) == .expired)
        let page = try await journal.alarms(
            after: nil,
            through: nil,
            for: .everything,
            limit: PageLimit(alarms: 1)
        )
        #expect(page.floor == ids[699] && page.head == ids[699] && page.isComplete)
        #expect(try await journal.publish(.to(.everyone, "x"))[0].id.low == 701)
        await journal.close()
    }

    @Test("A backup that was put back passes off no id", arguments: [0, 7, -100])
    func backup(seconds: Int) async throws {
        var journal = try folder.open(clock)
        let kept = try await journal.publish(.to(.everyone, "kept"))[0].id
        await journal.close()
        let backup = try Data(contentsOf: URL(fileURLWithPath: folder.data))

        journal = try folder.open(clock)
        let lost = try await journal.publish((0..<5).map { .to(.everyone, "lost \($0)") }).map(\.id)
        await journal.close()

        try backup.write(to: URL(fileURLWithPath: folder.data))
        // At the same instant, ids are kept apart only by the clock; it has gone on since the first start.
        clock.advance(milliseconds: Int64(seconds) * 1000 + 5)
        journal = try folder.open(clock)
        #expect(try await journal.standing(of: kept) == .resumable)
        let new = try await journal.publish((0..<9).map { .to(.everyone, "new \($0)") }).map(\.id)
        for id in lost where !new.contains(id) {
            #expect(try await journal.standing(of: id) == .unknown)
        }
        #expect(Set(new).isDisjoint(with: lost) || seconds < 0)
        await journal.close()
    }

    @Test("A server that was killed left everything it had answered")
    func killed() async throws {
        var journal = try folder.open(clock)
        let ids = try await journal.publish((0..<50).map { .to(.everyone, "\($0)") }).map(\.id)
        // What a kill leaves: the files as they are, the log not yet put into the data file.
        let copy = try TemporaryFolder()
        for (name, bytes) in try folder.contents() where !name.hasSuffix(".lock") && !name.hasSuffix("-shm") {
            try bytes.write(to: URL(fileURLWithPath: copy.path + "/" + name))
        }
        await journal.close()
        journal = try copy.open(clock)
        #expect(try await journal.all().map(\.id) == ids)
        await journal.close()
    }

    @Test("After it is closed, the data file alone holds everything")
    func closed() async throws {
        let journal = try folder.open(clock)
        let ids = try await publishSome(journal)
        await journal.close()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.data, toPath: copy.data)
        let other = try copy.open(clock)
        #expect(try await other.all().map(\.id) == ids)
        await other.close()
    }

    private func publishSome(_ journal: SQLiteJournal) async throws -> [AlarmID] {
        try await journal.publish((0..<50).map { .to(.everyone, "\($0)") }).map(\.id)
    }
}
