import Synchronization
import Tocsin

/// Records that cannot always be written, and that tell what is in them.
final class FailingRecords: RecordStore {
    private let records = MemoryRecords()
    private let isFailing = Mutex(false)
    private let changes = Mutex(0)

    var fails: Bool {
        get { isFailing.withLock(\.self) }
        set { isFailing.withLock { $0 = newValue } }
    }

    /// How often something was written.
    var changeCount: Int { changes.withLock(\.self) }

    func records(of kind: RecordKind) async throws(JournalError) -> [Name: String] { records.records(of: kind) }

    func put(_ records: [Name: String], of kind: RecordKind) async throws(JournalError) {
        try check()
        self.records.put(records, of: kind)
    }

    func remove(_ names: [Name], of kind: RecordKind) async throws(JournalError) {
        try check()
        records.remove(names, of: kind)
    }

    private func check() throws(JournalError) {
        guard !fails else { throw JournalError(code: .unavailable, message: "the disk is full") }
        changes.withLock { $0 += 1 }
    }
}
