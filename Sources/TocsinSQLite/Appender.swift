import GRDB
import Tocsin

/// Carries out requests in the transaction that the caller has begun.
struct Appender {
    struct Appended: Sendable {
        var results: [AppendResult] = []
        /// What is new, in the order of ids.
        var entries: [Entry] = []
    }

    private let database: Database
    private let epochs: EpochTable
    private let now: Timestamp
    private let keyRetention: Int
    private var head: UInt64
    private var entries: [Entry] = []

    private let insertAlarm: SQLStatement
    private let insertAddress: SQLStatement
    private let insertKey: SQLStatement
    private let selectKey: SQLStatement

    private init(_ database: Database, epochs: EpochTable, now: Timestamp, keyRetention: Int) throws {
        self.database = database
        self.epochs = epochs
        self.now = now
        self.keyRetention = keyRetention
        self.head = try Session.head(database)
        self.insertAlarm = try SQLStatement(AlarmRow.insert, in: database)
        self.insertAddress = try SQLStatement(
            "INSERT INTO addresses (segment, name, low) VALUES (?, ?, ?)", in: database)
        self.insertKey = try SQLStatement("INSERT OR REPLACE INTO keys (key, low, at) VALUES (?, ?, ?)", in: database)
        self.selectKey = try SQLStatement("SELECT low, at FROM keys WHERE key = ?", in: database)
    }

    /// - Throws: what SQLite says, where nothing can be stored now.
    static func append(
        _ requests: [AppendRequest],
        to database: Database,
        epochs: EpochTable,
        at now: Timestamp,
        keyRetention: Int
    ) throws -> Appended {
        do {
            var appender = try Appender(database, epochs: epochs, now: now, keyRetention: keyRetention)
            let results = try requests.map { try appender.perform($0) }
            return Appended(results: results, entries: appender.entries)
        } catch let error as DatabaseError where error.isOfOneRequest {
            // Rare enough that the others pay for their savepoints only now.
            try database.rollback()
            try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
            var appender = try Appender(database, epochs: epochs, now: now, keyRetention: keyRetention)
            let results = try requests.map { try appender.performAlone($0) }
            return Appended(results: results, entries: appender.entries)
        }
    }

    private mutating func perform(_ request: AppendRequest) throws -> AppendResult {
        switch request {
        case .publish(let alarms): .published(try alarms.map { try publish($0) })
        case .withdraw(let id): try withdraw(id)
        }
    }

    /// What it does is undone where it fails.
    private mutating func performAlone(_ request: AppendRequest) throws -> AppendResult {
        let before = self
        try database.cachedStatement(sql: "SAVEPOINT request").execute()
        do {
            let result = try perform(request)
            try database.cachedStatement(sql: "RELEASE request").execute()
            return result
        } catch let error as DatabaseError where error.isOfOneRequest {
            try database.cachedStatement(sql: "ROLLBACK TO request").execute()
            try database.cachedStatement(sql: "RELEASE request").execute()
            self = before
            return .failed(error.message ?? "error \(error.resultCode.rawValue)")
        }
    }

    private mutating func publish(_ alarm: Alarm) throws -> Publication {
        let key = alarm.idempotencyKey?.string
        if let key, let known = try id(ofKey: key) {
            return Publication(id: known, isNew: false)
        }
        let entry = Entry(id: epochs.id(of: head + 1), publishedAt: now, alarm: alarm)
        try insert(entry)
        if let key {
            try insertKey.bind(key, at: 1)
            try insertKey.bind(entry.id.low, at: 2)
            try insertKey.bind(now.milliseconds, at: 3)
            try insertKey.run()
        }
        return Publication(id: entry.id, isNew: true)
    }

    private func id(ofKey key: String) throws -> AlarmID? {
        try selectKey.bind(key, at: 1)
        defer { selectKey.reset() }
        guard try selectKey.step() else { return nil }
        let low = selectKey.low(0)
        let knownUntil = Timestamp(milliseconds: selectKey.integer(1)).advanced(bySeconds: keyRetention)
        guard knownUntil > now, low > 0, low <= head else { return nil }
        return epochs.id(of: low)
    }

    private mutating func withdraw(_ id: AlarmID) throws -> AppendResult {
        guard id.low > 0, epochs.isKnown(id, head: head) else { return .notFound }
        switch try AlarmRow.find(id.low, in: database, epochs: epochs) {
        case nil, .damaged:
            return .notFound
        case .withdrawn(let withdrawal, let expiresAt):
            if let expiresAt, expiresAt <= now { return .notFound }
            return .withdrawn(Publication(id: epochs.id(of: withdrawal), isNew: false))
        case .entry(let target):
            guard !target.isExpired(at: now) else { return .notFound }
            guard target.withdraws == nil else { return .notWithdrawable }
            let entry = Entry(
                id: epochs.id(of: head + 1),
                publishedAt: now,
                withdrawing: id,
                from: target.alarm.audience
            )
            try insert(entry)
            try AlarmRow.blank(id.low, withdrawnBy: entry.id.low, in: database)
            try AlarmRow.removeAddresses(target.addresses, of: id.low, in: database)
            return .withdrawn(Publication(id: entry.id, isNew: true))
        }
    }

    private mutating func insert(_ entry: Entry) throws {
        try AlarmRow.bind(entry, to: insertAlarm)
        try insertAlarm.run()
        let segment = AddressSegment(of: entry.id.low)
        for address in entry.addresses {
            try insertAddress.bind(segment.number, at: 1)
            try insertAddress.bind(utf8: address.bytes, at: 2)
            try insertAddress.bind(entry.id.low, at: 3)
            try insertAddress.run()
        }
        head = entry.id.low
        entries.append(entry)
    }
}

extension DatabaseError {
    /// Whether it is about what one request holds, so that others may go through.
    fileprivate var isOfOneRequest: Bool {
        [.SQLITE_TOOBIG, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH].contains(resultCode)
    }
}
