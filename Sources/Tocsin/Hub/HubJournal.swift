/// Where a hub keeps its alarms.
///
/// One in memory is ``memory(keyRetention:)``; one in an SQLite file comes with `TocsinSQLite`. A journal is for one hub.
public struct HubJournal: Sendable {
    package let journal: any Journal
    package let records: any RecordStore
    /// Seconds that an idempotency key is known.
    package let keyRetention: Int
    /// Waits for what is being written, and gives free what it holds.
    package let close: @Sendable () async -> Void

    package init(
        _ journal: any Journal, records: any RecordStore = MemoryRecords(), keyRetention: Int,
        close: @escaping @Sendable () async -> Void
    ) {
        self.journal = journal
        self.records = records
        self.keyRetention = keyRetention
        self.close = close
    }

    /// Keeps alarms in memory: they are gone with the process, and all ids with them.
    ///
    /// - Parameter keyRetention: how long an idempotency key is known, in whole seconds.
    public static func memory(keyRetention: Duration = .seconds(86_400)) -> HubJournal {
        let seconds = keyRetention.wholeSeconds
        let journal = MemoryJournal(keyRetention: seconds, now: Timestamp.now)
        return HubJournal(journal, keyRetention: seconds, close: journal.close)
    }
}
