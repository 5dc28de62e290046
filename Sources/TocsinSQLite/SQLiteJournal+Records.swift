package import Tocsin

extension SQLiteJournal: RecordStore {
    package func records(of kind: RecordKind) async throws(JournalError) -> [Name: String] {
        try await read { database, _ in
            var records: [Name: String] = [:]
            let statement = try SQLStatement("SELECT name, value FROM records WHERE kind = ?", in: database)
            try statement.bind(kind.rawValue, at: 1)
            defer { statement.reset() }
            while try statement.step() {
                // To leave one out could let in whom it keeps out.
                guard let name = statement.text(0).flatMap({ try? Name($0) }), let value = statement.text(1) else {
                    throw JournalError(
                        code: .unusable, message: "a row of records in the data file is damaged; put back a backup")
                }
                records[name] = value
            }
            return records
        }
    }

    package func put(_ records: [Name: String], of kind: RecordKind) async throws(JournalError) {
        try await write { database, _ in
            let statement = try SQLStatement(
                "INSERT OR REPLACE INTO records (kind, name, value) VALUES (?, ?, ?)", in: database)
            for (name, value) in records {
                try statement.bind(kind.rawValue, at: 1)
                try statement.bind(name.string, at: 2)
                try statement.bind(value, at: 3)
                try statement.run()
            }
        } committed: { _, _ in
        }
    }

    package func remove(_ names: [Name], of kind: RecordKind) async throws(JournalError) {
        try await write { database, _ in
            let statement = try SQLStatement("DELETE FROM records WHERE kind = ? AND name = ?", in: database)
            for name in names {
                try statement.bind(kind.rawValue, at: 1)
                try statement.bind(name.string, at: 2)
                try statement.run()
            }
        } committed: { _, _ in
        }
    }
}
