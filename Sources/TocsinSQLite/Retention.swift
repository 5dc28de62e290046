import GRDB
import Tocsin

/// Removes what is not kept any longer, in batches that hold up appends for some milliseconds.
enum Retention {
    struct Removed: Sendable {
        /// Rows of `alarms`.
        var alarms = 0
        /// The greatest number that the policy removed; 0 for none.
        var floor: UInt64 = 0
        var hasMore = false
    }

    /// Rows of each kind in one transaction.
    private static let batch = 500

    /// - Parameter count: how many rows `alarms` has.
    static func removeSome(
        _ policy: RetentionPolicy,
        from database: Database,
        count: Int,
        at now: Timestamp
    ) throws -> Removed {
        var removed = Removed()
        try removeExpired(from: database, at: now, &removed)
        // What has expired does not count: as long as there is more of it, none is one too many.
        let count = removed.hasMore ? 0 : count - removed.alarms
        try removeOldest(policy, from: database, count: count, at: now, &removed)
        try removeKeys(olderThan: policy.keyAge, from: database, at: now, &removed)
        return removed
    }

    /// A row to be removed, and what leads to its addresses.
    private struct Doomed {
        let low: UInt64
        /// None where it was withdrawn, since they are gone already.
        let addresses: [Address]

        init(_ statement: SQLStatement) {
            low = statement.low(0)
            let audience = AlarmRow.audience(kind: statement.text(2), names: statement.text(3))
            addresses = audience?.addresses ?? []
        }

        static let columns = "low, published_at, audience, names"
    }

    private static func removeOldest(
        _ policy: RetentionPolicy,
        from database: Database,
        count: Int,
        at now: Timestamp,
        _ removed: inout Removed
    ) throws {
        let oldest = try SQLStatement(
            "SELECT \(Doomed.columns) FROM alarms ORDER BY low LIMIT \(batch + 1)",
            in: database
        )
        var doomed: [Doomed] = []
        while try oldest.step() {
            let keptUntil = Timestamp(milliseconds: oldest.integer(1)).advanced(bySeconds: policy.age)
            guard keptUntil < now || count - doomed.count > policy.alarms else { break }
            if doomed.count == batch {
                removed.hasMore = true
                break
            }
            doomed.append(Doomed(oldest))
        }
        oldest.reset()
        guard let last = doomed.last?.low else { return }
        for row in doomed {
            try AlarmRow.removeAddresses(row.addresses, of: row.low, in: database)
        }
        let removal = try SQLStatement("DELETE FROM alarms WHERE low <= ?", in: database)
        try removal.bind(last, at: 1)
        try removal.run()
        let floor = try SQLStatement("UPDATE state SET floor = max(floor, ?)", in: database)
        try floor.bind(last, at: 1)
        try floor.run()
        removed.alarms += doomed.count
        removed.floor = last
    }

    private static func removeExpired(from database: Database, at now: Timestamp, _ removed: inout Removed) throws {
        let expired = try SQLStatement(
            "SELECT \(Doomed.columns) FROM alarms WHERE expires_at <= ? ORDER BY expires_at LIMIT \(batch)",
            in: database
        )
        try expired.bind(now.milliseconds, at: 1)
        var doomed: [Doomed] = []
        while try expired.step() {
            doomed.append(Doomed(expired))
        }
        expired.reset()
        let removal = try SQLStatement("DELETE FROM alarms WHERE low = ?", in: database)
        for row in doomed {
            try AlarmRow.removeAddresses(row.addresses, of: row.low, in: database)
            try removal.bind(row.low, at: 1)
            try removal.run()
        }
        removed.alarms += doomed.count
        if doomed.count == batch { removed.hasMore = true }
    }

    private static func removeKeys(
        olderThan age: Int,
        from database: Database,
        at now: Timestamp,
        _ removed: inout Removed
    ) throws {
        let removal = try SQLStatement(
            "DELETE FROM keys WHERE key IN (SELECT key FROM keys WHERE at <= ? ORDER BY at LIMIT \(batch))",
            in: database
        )
        try removal.bind(now.advanced(bySeconds: -age).milliseconds, at: 1)
        try removal.run()
        if database.changesCount == batch { removed.hasMore = true }
    }
}
