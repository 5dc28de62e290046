import Logging
import Tocsin
import TocsinSQLite
import TocsinServer

/// The journal of a server, and how it is closed.
struct OpenedJournal: Sendable {
    let journal: any Journal
    let close: @Sendable () async -> Void

    /// - Throws: `JournalError` when the file cannot be used; it says why.
    init(_ location: DataLocation, keyRetention: Int, logger: Logger) throws(JournalError) {
        switch location {
        case .memory:
            let journal = MemoryJournal(keyRetention: keyRetention, now: Timestamp.now)
            self.journal = journal
            self.close = journal.close
        case .file(let path):
            let journal = try SQLiteJournal(path: path, keyRetention: keyRetention, now: Timestamp.now, logger: logger)
            self.journal = journal
            self.close = journal.close
        }
    }
}
