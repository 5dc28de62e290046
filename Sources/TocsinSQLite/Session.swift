import GRDB
import Synchronization
import Tocsin

/// An open data file: the connections, and what of it is kept in memory.
final class Session: Sendable {
    /// Where the journal begins and ends, as of the last commit.
    struct Ends: Sendable {
        var head: UInt64
        var floor: UInt64
        /// Rows of `alarms`.
        var count: Int
    }

    let pool: DatabasePool
    let epochs: EpochTable
    let ends: Mutex<Ends>

    private init(pool: DatabasePool, epochs: EpochTable, ends: Ends) {
        self.pool = pool
        self.epochs = epochs
        self.ends = Mutex(ends)
    }

    var head: AlarmID {
        epochs.head(ends.withLock(\.head))
    }

    func standing(of id: AlarmID) -> Standing {
        let ends = ends.withLock { $0 }
        guard epochs.isKnown(id, head: ends.head) else { return .unknown }
        return ends.floor > 0 && id < epochs.id(of: ends.floor) ? .expired : .resumable
    }
}

// MARK: - Opening and closing

extension Session {
    /// Opens the file, makes or brings up to date its tables, and begins an epoch.
    static func open(_ file: DataFile, at now: Timestamp) throws(JournalError) -> Session {
        do {
            try file.make()
            let pool = try DatabasePool(path: file.path, configuration: configuration(for: file))
            try pool.writeWithoutTransaction { try makeDurable($0, file) }
            try Schema.migrator.migrate(pool)
            let session = try pool.writeWithoutTransaction { database in
                try checkpoint(database)
                var epochs: EpochTable?
                var ends: Ends?
                try database.inTransaction(.immediate) {
                    epochs = try beginEpoch(database, file, at: now)
                    ends = try Ends(
                        head: Session.head(database),
                        floor: Session.floor(database),
                        count: Int.fetchOne(database, sql: "SELECT COUNT(*) FROM alarms") ?? 0
                    )
                    return .commit
                }
                guard let epochs, let ends else { throw damaged(file) }
                return Session(pool: pool, epochs: epochs, ends: ends)
            }
            try file.syncFolder()
            return session
        } catch let error as JournalError {
            throw error
        } catch {
            throw JournalError(opening: file, error)
        }
    }

    /// Puts everything into the file itself, so that it is whole without the files beside it, and closes it.
    func close() {
        // What fails here is done by the next start: nothing committed is lost.
        try? pool.writeWithoutTransaction { try Self.checkpoint($0) }
        try? pool.close()
    }

    private static func configuration(for file: DataFile) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "tocsin"
        // A transaction that cannot even be rolled back must not end the process: the file is opened anew.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            try claim(database, file)
        }
        return configuration
    }

    /// Makes sure that the file is ours before anything is written to it, and marks a new one.
    private static func claim(_ database: Database, _ file: DataFile) throws {
        let applicationID = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if applicationID == DataFile.applicationID {
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                throw DataFile.unusable(
                    "data file \(file.path) was written by a newer version of tocsin; start that version or choose another data file"
                )
            }
            return
        }
        guard applicationID == 0, try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") == 0 else {
            throw DataFile.unusable(
                "data file \(file.path) is a database of another program, not a tocsin file; choose another data file"
            )
        }
        try database.execute(sql: "PRAGMA application_id = \(DataFile.applicationID)")
    }

    /// How long the `-wal` file gets before its pages go into the file itself, in pages of 4 KiB.
    ///
    /// The append that comes to it waits for that: measured on a slow disk, 35 ms; four times as many pages were no
    /// faster in the mean, and made one append wait for 300 ms.
    static let checkpointPages = 1000

    /// An answered alarm is on disk: a commit returns once its part of the `-wal` file is synced.
    private static func makeDurable(_ database: Database, _ file: DataFile) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA cache_size = -32768;
                PRAGMA wal_autocheckpoint = \(checkpointPages);
                PRAGMA journal_size_limit = 67108864;
                """
        )
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        guard mode == "wal", synchronous == 2 else {
            throw DataFile.unusable(
                "data file \(file.path) cannot be written durably (journal_mode \(mode ?? "unknown"), synchronous \(synchronous ?? -1)); use a local disk"
            )
        }
    }

    private static func checkpoint(_ database: Database) throws {
        let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        guard row?[0] == 0 else { throw DatabaseError(resultCode: .SQLITE_BUSY) }
    }

    /// Ids from now on have a `high` that none before had, whatever the clock says and whatever this file has lost.
    private static func beginEpoch(_ database: Database, _ file: DataFile, at now: Timestamp) throws -> EpochTable {
        var epochs: [EpochTable.Epoch] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT high, first_low FROM epochs ORDER BY high")
        while let row = try rows.next() {
            guard let high = UInt64(exactly: row[0] as Int64), let first = UInt64(exactly: row[1] as Int64) else {
                throw damaged(file)
            }
            epochs.append(EpochTable.Epoch(high: high, firstLow: first))
        }
        let last = epochs.last?.high ?? 0
        let high = max(UInt64(max(1, now.milliseconds)), last + 1)
        let first = try head(database) + 1
        // One without entries has given out no id, but for the position of an empty journal. While a disk fails there is an
        // opening each second.
        if first > 1 { epochs.removeAll { $0.firstLow == first } }
        epochs.append(EpochTable.Epoch(high: high, firstLow: first))
        guard let table = EpochTable(epochs), high <= Int64.max else { throw damaged(file) }
        if first > 1 {
            try database.execute(
                sql: "DELETE FROM epochs WHERE first_low = ?", arguments: [Int64(clamping: first)])
        }
        try database.execute(
            sql: "INSERT INTO epochs (high, first_low) VALUES (?, ?)",
            arguments: [Int64(clamping: high), Int64(clamping: first)]
        )
        return table
    }

    private static func damaged(_ file: DataFile) -> JournalError {
        DataFile.unusable("data file \(file.path) is damaged; put back a backup or choose another data file")
    }
}

// MARK: - Ends, read in the caller's transaction

extension Session {
    /// The newest entry's number, also where that has been removed since; 0 in an empty journal.
    static func head(_ database: Database) throws -> UInt64 {
        try low("SELECT seq FROM sqlite_sequence WHERE name = 'alarms'", database)
    }

    static func floor(_ database: Database) throws -> UInt64 {
        try low("SELECT floor FROM state", database)
    }

    private static func low(_ sql: String, _ database: Database) throws -> UInt64 {
        let statement = try SQLStatement(sql, in: database)
        defer { statement.reset() }
        return try statement.step() ? statement.low(0) : 0
    }
}
