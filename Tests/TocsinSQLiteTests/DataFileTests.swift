import Foundation
import GRDB
import JournalConformance
import Testing
import Tocsin

@testable import TocsinSQLite

@Suite("The data file", .timeLimit(.minutes(5)))
struct DataFileTests {
    let folder: TemporaryFolder
    let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("Folders that are missing are made")
    func folders() async throws {
        let journal = try folder.open(clock, at: folder.path + "/a/b//c/tocsin.db")
        try await journal.publish(.to(.everyone, "1"))
        await journal.close()
        #expect(FileManager.default.fileExists(atPath: folder.path + "/a/b/c/tocsin.db"))
    }

    @Test("Only its owner can read the files that are made, and what is there stays as it is")
    func permissions() async throws {
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        let journal = try folder.open(clock)
        try await journal.publish(.to(.everyone, "1"))
        for name in ["", "-wal", "-shm", ".lock"] {
            #expect(try mode(folder.data + name) == 0o600, "\(name)")
        }
        await journal.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.data)
        let again = try folder.open(clock)
        try await again.publish(.to(.everyone, "2"))
        #expect(try mode(folder.data) == 0o640 && mode(folder.data + "-wal") == 0o640)
        await again.close()
    }

    @Test("An empty file is taken for a new one")
    func emptyFile() async throws {
        try Data().write(to: URL(fileURLWithPath: folder.data))
        let journal = try folder.open(clock)
        try await journal.publish(.to(.everyone, "1"))
        await journal.close()
    }

    @Test("A file of another program is refused and not changed", arguments: ForeignFile.allCases)
    func foreign(_ kind: ForeignFile) async throws {
        try kind.make(folder)
        let before = try folder.contents()
        let error = await failure { try folder.open(clock) }
        #expect(error?.code == .unusable)
        let name = "data file \(folder.data)"
        switch kind {
        case .text, .short:
            #expect(error?.message == "\(name) is not a tocsin file; choose another data file")
        case .database, .databaseWithLog, .databaseWithApplicationID:
            #expect(
                error?.message
                    == "\(name) is a database of another program, not a tocsin file; choose another data file"
            )
        }
        #expect(try folder.contents() == before)
    }

    enum ForeignFile: CaseIterable {
        case text, short, database, databaseWithLog, databaseWithApplicationID

        func make(_ folder: TemporaryFolder) throws {
            switch self {
            case .text:
                try Data(String(repeating: "hello\n", count: 1000).utf8).write(to: URL(fileURLWithPath: folder.data))
            case .short:
                try Data("SQLite format 3\0".utf8).write(to: URL(fileURLWithPath: folder.data))
            case .database:
                try folder.execute("CREATE TABLE alarms (low INTEGER PRIMARY KEY)")
            case .databaseWithApplicationID:
                try folder.execute("PRAGMA application_id = 77")
            case .databaseWithLog:
                // Another program's log that SQLite would put into the file as soon as that is opened and closed.
                let other = try TemporaryFolder()
                let pool = try DatabasePool(path: other.data)
                try pool.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER PRIMARY KEY)") }
                for (name, bytes) in try other.contents() where !name.hasSuffix("-shm") {
                    try bytes.write(to: URL(fileURLWithPath: folder.path + "/" + name))
                }
                try pool.close()
            }
        }
    }

    @Test("Two servers cannot use it, whatever they call it")
    func lock() async throws {
        let journal = try folder.open(clock)
        let link = folder.path + "/link.db"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.data)
        for path in [
            folder.data, link, folder.path + "/../" + (folder.path as NSString).lastPathComponent + "/tocsin.db",
        ] {
            let error = await failure { try folder.open(clock, at: path) }
            #expect(error?.code == .unusable)
            #expect(
                error?.message
                    == "data file \(folder.data) is in use by another server; stop that one or choose another data file"
            )
        }
        try await journal.publish(.to(.everyone, "1"))
        await journal.close()
        #expect(await failure { try folder.open(clock) } == nil)
    }

    @Test("One of a newer version is refused")
    func newer() async throws {
        await (try folder.open(clock)).close()
        try folder.execute("INSERT INTO grdb_migrations VALUES ('99')")
        let before = try folder.contents()[folder.data]
        let error = await failure { try folder.open(clock) }
        #expect(
            error?.message
                == "data file \(folder.data) was written by a newer version of tocsin; start that version or choose another data file"
        )
        #expect(try folder.contents()[folder.data] == before)
        try folder.execute("DELETE FROM grdb_migrations WHERE identifier = '99'")
        #expect(await failure { try folder.open(clock) } == nil)
    }

    @Test("A path where no file can be is refused")
    func path() async throws {
        let folderAsFile = await failure { try folder.open(clock, at: folder.path) }
        #expect(folderAsFile?.message == "data file \(folder.path) is a folder; name a file in it")
        let trailing = await failure { try folder.open(clock, at: folder.path + "/new/") }
        #expect(trailing?.message == "data file \(folder.path)/new/ is a folder; name a file in it")
        #expect(await failure { try folder.open(clock, at: "") }?.code == .unusable)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let below = await failure { try folder.open(clock, at: folder.path + "/file/x/tocsin.db") }
        #expect(
            below?.message
                == "folder \(folder.path)/file/x cannot be made (not a directory); choose another data file"
        )
        let device = await failure { try folder.open(clock, at: "/dev/null") }
        #expect(device?.message == "data file /dev/null is no regular file; choose another")
    }

    @Test(
        "A damaged file is refused",
        arguments: ["DELETE FROM epochs; INSERT INTO epochs VALUES (-1, 1)", "DROP TABLE epochs"]
    )
    func damaged(sql: String) async throws {
        await (try folder.open(clock)).close()
        try folder.execute(sql)
        let error = await failure { try folder.open(clock) }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("\n") == false)
    }

    @Test("Epochs tell which ids were given out")
    func epochs() throws {
        let epochs = try #require(
            EpochTable([(10, 1), (20, 1), (30, 5), (40, 5)].map { EpochTable.Epoch(high: $0.0, firstLow: $0.1) })
        )
        let known = [(10, 0), (20, 0), (20, 1), (20, 4), (40, 5), (40, 6)] as [(UInt64, UInt64)]
        let unknown =
            [(10, 1), (20, 5), (30, 0), (30, 5), (40, 0), (40, 4), (40, 7), (15, 0), (50, 7), (0, 0)]
            as [(UInt64, UInt64)]
        for (high, low) in known { #expect(epochs.isKnown(AlarmID(high: high, low: low), head: 6), "\(high)-\(low)") }
        for (high, low) in unknown {
            #expect(!epochs.isKnown(AlarmID(high: high, low: low), head: 6), "\(high)-\(low)")
        }
        #expect([1, 4, 5, 9].map { epochs.id(of: $0).high } == [20, 20, 40, 40])
        #expect(epochs.head(0) == AlarmID(high: 40, low: 0))
        let bounds: [(UInt64, UInt64, UInt64)] = [
            (5, 9, 0), (10, 0, 0), (10, 9, 0), (20, 0, 0), (20, 3, 3), (20, 9, 4), (25, 0, 4), (30, 9, 4), (40, 0, 4),
            (40, 5, 5), (40, 9, 9), (41, 0, .max), (.max, .max, .max),
        ]
        for (high, low, bound) in bounds {
            #expect(epochs.low(notBeyond: AlarmID(high: high, low: low)) == bound, "\(high)-\(low)")
        }
        for invalid in [[], [(0, 1)], [(1, 0)], [(2, 1), (2, 1)], [(2, 5), (3, 4)]] as [[(UInt64, UInt64)]] {
            #expect(EpochTable(invalid.map { EpochTable.Epoch(high: $0.0, firstLow: $0.1) }) == nil)
        }
    }

    @Test("Lists of texts come back as they were, and anything else is not taken for one")
    func stringLists() {
        let lists = [[], [""], ["a", "b"], ["\"", "\\", "\u{0}\u{1}\n\u{1F}\u{7F}", "é🔔", "[,]"]]
        for list in lists { #expect(StringList.decode(StringList.encode(list)) == list) }
        #expect(StringList.encode(["a\"\n", "b"]) == #"["a\"\u000a","b"]"#)
        for text in ["", "[", "]", "[]x", #"["a""#, #"["a"],"#, #"["a",]"#, #"["\x"]"#, #"["\u00zz"]"#, "{}", "[1]"] {
            #expect(StringList.decode(text) == nil, "\(text)")
        }
    }
}
