import Foundation
import GRDB
import JournalConformance
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite struct RecordsTests {
    private func check(_ records: any RecordStore) async throws {
        let (composed, decomposed): (Name, Name) = ("\u{E9}", "e\u{301}")
        try await records.put([composed: "1", decomposed: "2", "a'b": ""], of: .apiKey)
        try await records.put([composed: "3"], of: .revokedUser)
        try await records.put([composed: "4\u{0}\n"], of: .apiKey)
        try await records.put([:], of: .apiKey)
        #expect(try await records.records(of: .apiKey) == [composed: "4\u{0}\n", decomposed: "2", "a'b": ""])
        try await records.remove([decomposed, "nobody"], of: .apiKey)
        try await records.remove([], of: .apiKey)
        #expect(try await records.records(of: .apiKey) == [composed: "4\u{0}\n", "a'b": ""])
        #expect(try await records.records(of: .revokedUser) == [composed: "3"])
        #expect(try await records.records(of: .revokedToken).isEmpty)
    }

    @Test("Records in memory are of a kind, by names that are compared byte by byte")
    func memory() async throws {
        try await check(MemoryRecords())
    }

    @Test("Records in a file are too, and are there when it is opened anew")
    func file() async throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open(ManualClock())
        try await check(journal)
        await journal.close()
        let reopened = try folder.open(ManualClock())
        #expect(try await reopened.records(of: .apiKey).count == 2)
        #expect(try await reopened.records(of: .revokedUser).values.map(\.self) == ["3"])
        await reopened.close()
        #expect(try folder.integrity() == "ok")
    }

    @Test("A data file of version 2, which had none, opens and has them from then on")
    func migration() async throws {
        let folder = try TemporaryFolder()
        await (try folder.open(ManualClock())).close()
        try folder.execute("DROP TABLE records; DELETE FROM grdb_migrations WHERE identifier = '3'")
        let journal = try folder.open(ManualClock())
        #expect(try await journal.records(of: .apiKey).isEmpty)
        try await check(journal)
        await journal.close()
        let reopened = try folder.open(ManualClock())
        #expect(try await reopened.records(of: .apiKey).count == 2)
        await reopened.close()
        #expect(try folder.integrity() == "ok")
    }

    @Test("A record that could not be committed is not there, and an unknown outcome is told as one")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let full = UnknownOutcomeTests.Fault(DatabaseError(resultCode: .SQLITE_FULL))
        let broken = UnknownOutcomeTests.Fault()
        var faults = SQLiteJournal.Faults()
        faults.beforeCommit = { try full.check() }
        faults.afterCommit = { try broken.check() }
        let journal = try folder.open(ManualClock(), faults: faults)
        full.arm()
        var error = await #expect(throws: JournalError.self) { try await journal.put(["a": "1"], of: .apiKey) }
        #expect(error?.code == .unavailable)
        #expect(try await journal.records(of: .apiKey).isEmpty)
        broken.arm()
        error = await #expect(throws: JournalError.self) { try await journal.put(["a": "1"], of: .apiKey) }
        #expect(error?.code == .outcomeUnknown)
        #expect(try await journal.records(of: .apiKey) == ["a": "1"])
        await journal.close()
    }

    @Test("A name that none can be is told, and not left out")
    func damage() async throws {
        let folder = try TemporaryFolder()
        await (try folder.open(ManualClock())).close()
        try folder.execute("INSERT INTO records VALUES ('revoked-user', '', '{}')")
        let journal = try folder.open(ManualClock())
        let error = await #expect(throws: JournalError.self) { try await journal.records(of: .revokedUser) }
        #expect(error?.code == .unusable)
        #expect(try await journal.records(of: .apiKey).isEmpty)
        await journal.close()
    }
}
