import Synchronization

@testable import Tocsin

/// Records of which some kinds cannot always be written.
final class BreakableRecords: RecordStore {
    private let records = MemoryRecords()
    private let state = Mutex<Set<RecordKind>>([])

    /// What cannot be written.
    var broken: Set<RecordKind> {
        get { state.withLock(\.self) }
        set { state.withLock { $0 = newValue } }
    }

    func records(of kind: RecordKind) async throws(JournalError) -> [Name: String] { records.records(of: kind) }

    func put(_ records: [Name: String], of kind: RecordKind) async throws(JournalError) {
        try check(kind)
        self.records.put(records, of: kind)
    }

    func remove(_ names: [Name], of kind: RecordKind) async throws(JournalError) {
        try check(kind)
        records.remove(names, of: kind)
    }

    private func check(_ kind: RecordKind) throws(JournalError) {
        guard !broken.contains(kind) else { throw JournalError(code: .unavailable, message: "the disk is full") }
    }
}
