import GRDB
import GRDBSQLite

/// A prepared statement of a connection's cache, with bindings and columns that take texts as they are.
///
/// GRDB binds and reads texts as C strings, which end at U+0000; an alarm may hold one.
/// It is used within one access to the database, on its queue.
struct SQLStatement {
    /// Keeps the handle valid.
    private let statement: Statement
    private let handle: SQLiteStatement
    private let connection: SQLiteConnection?

    init(_ sql: String, in database: Database) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        connection = database.sqliteConnection
        reset()
    }

    /// Makes it ready to be bound and run again.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// - Returns: whether there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// Runs to the end and makes it ready to be bound again.
    func run() throws {
        defer { reset() }
        while try step() {}
    }

    private func error(_ code: CInt) -> DatabaseError {
        let message = connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}

// MARK: - Bindings, counted from 1; what is not bound is NULL

extension SQLStatement {
    func bind(_ value: Int64, at index: CInt) throws {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: UInt64, at index: CInt) throws {
        try bind(Int64(clamping: value), at: index)
    }

    func bind(_ text: String, at index: CInt) throws {
        var text = text
        let code = text.withUTF8 { bind($0, at: index) }
        try check(code)
    }

    func bind(utf8 bytes: [UInt8], at index: CInt) throws {
        try check(bytes.withUnsafeBufferPointer { bind($0, at: index) })
    }

    func bind(_ value: Int64?, at index: CInt) throws {
        if let value { try bind(value, at: index) }
    }

    func bind(_ text: String?, at index: CInt) throws {
        if let text { try bind(text, at: index) }
    }

    private func bind(_ bytes: UnsafeBufferPointer<UInt8>, at index: CInt) -> CInt {
        // SQLite copies the bytes before this returns. A null pointer would bind NULL rather than an empty text.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_text(handle, index, "", 0, transient)
        }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            sqlite3_bind_text64(handle, index, $0, sqlite3_uint64(bytes.count), transient, UInt8(SQLITE_UTF8))
        }
    }

    private func check(_ code: CInt) throws {
        guard code == SQLITE_OK else { throw error(code) }
    }
}

// MARK: - Columns of the row, counted from 0

extension SQLStatement {
    func isNull(_ column: CInt) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: CInt) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: CInt) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// An integer that counts entries; 0 for what cannot be one.
    func low(_ column: CInt) -> UInt64 {
        UInt64(max(0, integer(column)))
    }

    func text(_ column: CInt) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
