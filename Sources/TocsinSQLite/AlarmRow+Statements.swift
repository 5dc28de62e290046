import GRDB
import Tocsin

extension AlarmRow {
    /// Reads one row by its number.
    static func find(_ low: UInt64, in database: Database, epochs: EpochTable) throws -> Reading? {
        let statement = try SQLStatement("SELECT \(columns) FROM alarms WHERE low = ?", in: database)
        defer { statement.reset() }
        try statement.bind(low, at: 1)
        return try statement.step() ? read(statement, epochs: epochs) : nil
    }

    /// Leaves of a row only that it was withdrawn, and when that is forgotten.
    static func blank(_ low: UInt64, withdrawnBy withdrawal: UInt64, in database: Database) throws {
        let statement = try SQLStatement(
            """
            UPDATE alarms SET withdrawn_by = ?, names = NULL, event = '', data_text = NULL, data_json = NULL, \
            translations = NULL, key = NULL WHERE low = ?
            """,
            in: database
        )
        try statement.bind(withdrawal, at: 1)
        try statement.bind(low, at: 2)
        try statement.run()
    }

    static func removeAddresses(_ addresses: [Address], of low: UInt64, in database: Database) throws {
        let statement = try SQLStatement(
            "DELETE FROM addresses WHERE segment = ? AND name = ? AND low = ?", in: database)
        for address in addresses {
            try statement.bind(AddressSegment(of: low).number, at: 1)
            try statement.bind(utf8: address.bytes, at: 2)
            try statement.bind(low, at: 3)
            try statement.run()
        }
    }
}
