import GRDB
import Logging
import Synchronization
package import Tocsin

extension SQLiteJournal {
    package func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        let query = pageQuery(for: selection, limit: limit, order: .oldestFirst)
        return try await read { database, session in
            try query.oldestFirst(after: after, through: through, in: database, epochs: session.epochs)
        }
    }

    package func newestAlarms(
        before: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page {
        let query = pageQuery(for: selection, limit: limit, order: .newestFirst)
        return try await read { database, session in
            try query.newestFirst(before: before, in: database, epochs: session.epochs)
        }
    }

    package func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup {
        let now = now()
        return try await read { database, session in
            guard id.low > 0, session.epochs.isKnown(id, head: try Session.head(database)) else { return .notFound }
            switch try AlarmRow.find(id.low, in: database, epochs: session.epochs) {
            case nil:
                return .notFound
            case .damaged:
                self.logDamage(id.low)
                return .notFound
            case .entry(let entry):
                return entry.isExpired(at: now) ? .notFound : .found(entry)
            case .withdrawn(let withdrawal, let expiresAt):
                if let expiresAt, expiresAt <= now { return .notFound }
                guard case .entry(let entry) = try AlarmRow.find(withdrawal, in: database, epochs: session.epochs)
                else {
                    self.logDamage(withdrawal)
                    return .notFound
                }
                return .withdrawn(by: entry)
            }
        }
    }

    package func standing(of id: AlarmID) async throws(JournalError) -> Standing {
        let session = try await gate.enter()
        defer { gate.leave() }
        return session.standing(of: id)
    }

    package var head: AlarmID {
        get async throws(JournalError) {
            let session = try await gate.enter()
            defer { gate.leave() }
            return session.head
        }
    }

    package var size: JournalSize {
        get async throws(JournalError) {
            let session = try await gate.enter()
            defer { gate.leave() }
            return JournalSize(alarms: session.ends.withLock(\.count), bytes: file.size)
        }
    }

    private func pageQuery(for selection: Selection, limit: PageLimit, order: AddressScan.Order) -> PageQuery {
        PageQuery(selection: selection, limit: limit, order: order, now: now(), damaged: logDamage)
    }

    @Sendable
    private func logDamage(_ low: UInt64) {
        // Once for each row, and not without end.
        let isNew = loggedDamage.withLock { $0.count < 1000 && $0.insert(low).inserted }
        guard isNew else { return }
        logger.error(
            "a row of alarms in the data file is damaged and left out; put back a backup", metadata: ["row": "\(low)"])
    }

    /// Reads in one snapshot. It ends early when the calling Task is cancelled.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database, Session) throws -> Value
    ) async throws(JournalError) -> Value {
        let session = try await gate.enter()
        defer { gate.leave() }
        do {
            return try await session.pool.read { try body($0, session) }
        } catch {
            throw JournalError(error)
        }
    }
}
