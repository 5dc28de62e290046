public import Logging
public import Tocsin

extension HubJournal {
    /// Keeps alarms in an SQLite file: what was answered is on the disk (fsync), and is there after a crash.
    ///
    /// It opens the file, or makes it and the folders that are missing, and blocks the thread while it does. The file is locked
    /// until the hub has ended, so that no other hub or server uses it; where the hub never runs, until a second after nobody
    /// refers to it or to one of its streams.
    ///
    /// - Parameters:
    ///   - path: of the data file; beside it lie `<path>-wal`, `<path>-shm` and `<path>.lock`.
    ///   - keyRetention: how long an idempotency key is known, in whole seconds.
    ///   - logger: is told what goes wrong with the file.
    /// - Throws: `JournalError` with the code `unusable` when the file is of another program, of a newer version, used by
    ///   another hub, or cannot be written. A file of another program is not changed.
    public static func sqlite(
        path: String, keyRetention: Duration = .seconds(86_400), logger: Logger = Logger(label: "tocsin")
    ) throws(JournalError) -> HubJournal {
        let seconds = keyRetention.wholeSeconds
        let journal = try SQLiteJournal(path: path, keyRetention: seconds, now: Timestamp.now, logger: logger)
        return HubJournal(journal, records: journal, keyRetention: seconds, close: journal.close)
    }
}
