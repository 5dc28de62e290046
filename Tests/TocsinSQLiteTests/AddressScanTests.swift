import GRDB
import JournalConformance
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite("Addresses in segments", .timeLimit(.minutes(5)))
struct AddressScanTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open(ManualClock())
    }

    /// Goes on with the ids as if so many alarms had been and were removed.
    private func skip(to low: UInt64) async throws {
        let session = try #require(try journal.gate.session())
        try await session.pool.write { database in
            try database.execute(
                sql: "UPDATE sqlite_sequence SET seq = ? WHERE name = 'alarms'", arguments: [Int64(low)])
        }
    }

    /// Alarms around the ends of segments, with gaps of up to a thousand segments, and to whom each is.
    private func fill() async throws -> [(id: AlarmID, addresses: Set<Address>)] {
        var alarms: [(id: AlarmID, addresses: Set<Address>)] = []
        let length = AddressSegment.length
        for start in [0, length - 4, 2 * length - 1, 3 * length - 2, 40 * length + 7, 1000 * length - 1] {
            if start > 0 { try await skip(to: start) }
            for number in 0..<6 {
                let audience: Audience =
                    switch number % 3 {
                    case 0: .user("u")
                    case 1: .topics(["t", "s"])
                    default: .everyone
                    }
                let id = try await journal.publish(.to(audience, "\(start) \(number)"))[0].id
                alarms.append((id, Set(audience.addresses)))
            }
        }
        return alarms
    }

    @Test("Alarms are found over the ends of segments and over gaps, from any id on, in either order")
    func reading() async throws {
        let alarms = try await fill()
        let bounds: [AlarmID?] = [nil, .zero] + alarms.map(\.id)
        for selection: [Address] in [[.user("u")], [.topic("t"), .everyone], [.user("v")], [.user("v"), .topic("s")]] {
            let concerned = alarms.filter { !$0.addresses.isDisjoint(with: selection) }.map(\.id)
            for bound in bounds {
                let later = concerned.filter { $0 > bound ?? .zero }
                let earlier = concerned.reversed().filter { alarm in bound.map { alarm < $0 } ?? true }
                for limit in [1, 3, 100] {
                    let oldest = try await journal.all(after: bound, for: .addresses(selection), limit: limit)
                    #expect(oldest.map(\.id) == later)
                    let newest = try await journal.allNewest(before: bound, for: .addresses(selection), limit: limit)
                    #expect(newest.map(\.id) == earlier)
                }
                let through = try await journal.all(after: .zero, through: bound, for: .addresses(selection))
                #expect(through.map(\.id) == concerned.filter { alarm in bound.map { alarm <= $0 } ?? true })
            }
        }
        await journal.close()
    }

    @Test("A file whose addresses are not in segments is brought up to date")
    func migration() async throws {
        let alarms = try await fill()
        let session = try #require(try journal.gate.session())
        try await session.pool.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE former (name TEXT NOT NULL, low INTEGER NOT NULL, PRIMARY KEY (name, low)) WITHOUT ROWID;
                    INSERT INTO former SELECT name, low FROM addresses;
                    DROP TABLE addresses;
                    ALTER TABLE former RENAME TO addresses;
                    DROP TABLE records;
                    DELETE FROM grdb_migrations WHERE identifier IN ('2', '3');
                    """)
        }
        await journal.close()
        let reopened = try folder.open(ManualClock())
        let found = try await reopened.all(for: .addresses([.topic("t")]))
        #expect(found.map(\.id) == alarms.filter { $0.addresses.contains(.topic("t")) }.map(\.id))
        await reopened.close()
        #expect(try folder.integrity() == "ok")
    }

    @Test("What a file says beyond the last id there can be is not read for ever")
    func farNumbers() async throws {
        try await journal.publish(.to(.user("u"), "1"))
        try await skip(to: UInt64(Int64.max) - 1)
        #expect(try await journal.all(for: .addresses([.user("u")])).count == 1)
        #expect(try await journal.allNewest(for: .addresses([.user("u")])).count == 1)
        #expect(AddressSegment(of: .max).bounds.upperBound == UInt64(Int64.max))
        await journal.close()
    }
}
