import NIOConcurrencyHelpers

/// Records that are gone with the process.
package final class MemoryRecords: RecordStore {
    private let kinds = NIOLockedValueBox<[RecordKind: [Name: String]]>([:])

    package init() {}

    package func records(of kind: RecordKind) -> [Name: String] {
        kinds.withLockedValue { $0[kind] ?? [:] }
    }

    package func put(_ records: [Name: String], of kind: RecordKind) {
        kinds.withLockedValue { $0[kind, default: [:]].merge(records) { $1 } }
    }

    package func remove(_ names: [Name], of kind: RecordKind) {
        kinds.withLockedValue { kinds in
            for name in names { kinds[kind]?[name] = nil }
        }
    }
}
