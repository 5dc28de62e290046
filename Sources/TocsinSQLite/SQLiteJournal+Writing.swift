import Dispatch
import GRDB
import Logging
import Synchronization
package import Tocsin

extension SQLiteJournal {
    package func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult] {
        let appended = try await write { database, session in
            try Appender.append(
                requests,
                to: database,
                epochs: session.epochs,
                at: self.now(),
                keyRetention: self.keyRetention
            )
        } committed: { appended, session in
            guard let last = appended.entries.last else { return }
            session.ends.withLock { ends in
                ends.head = last.id.low
                ends.count += appended.entries.count
            }
            self.feed.commit(appended.entries)
        }
        return appended.results
    }

    package func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool {
        let removed = try await write { database, session in
            try Retention.removeSome(
                policy,
                from: database,
                count: session.ends.withLock(\.count),
                at: self.now()
            )
        } committed: { removed, session in
            session.ends.withLock { ends in
                ends.floor = max(ends.floor, removed.floor)
                ends.count -= removed.alarms
            }
        }
        return removed.hasMore
    }

    package func probe() async throws(JournalError) {
        try await write { database, _ in
            try SQLStatement("UPDATE state SET probes = probes + 1", in: database).run()
        } committed: { _, _ in
        }
    }
}

// MARK: - Transactions

extension SQLiteJournal {
    /// How a transaction ended.
    private enum Outcome<Value> {
        case committed(Value)
        /// Nothing was stored.
        case rolledBack(any Error)
        /// COMMIT failed, and nobody knows whether it took place.
        case unknown(any Error)
    }

    /// Runs `body` in a transaction of its own.
    ///
    /// - Parameter committed: called on the writing thread once what `body` returned is on disk, in the order of commits.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database, Session) throws -> Value,
        committed: @escaping @Sendable (Value, Session) -> Void
    ) async throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
            writes.async {
                let (result, isDoubtful) = self.writeNow(body, committed: committed)
                // Readers wait from now on; nobody has to wait for the file to be opened to know how this ended.
                let former = isDoubtful ? self.gate.shut() : nil
                continuation.resume(returning: result)
                if isDoubtful { _ = try? self.reopen(after: former) }
            }
        }
        return try result.get()
    }

    /// - Returns: how it went, and whether the file has to be opened anew to know what is in it.
    private func writeNow<Value>(
        _ body: (Database, Session) throws -> Value,
        committed: (Value, Session) -> Void
    ) -> (Result<Value, JournalError>, isDoubtful: Bool) {
        do throws(JournalError) {
            let session = if let session = try gate.session() { session } else { try reopen(after: gate.shut()) }
            let (outcome, isStuck) = session.pool.writeWithoutTransaction { database in
                let outcome = transact(database) { try body($0, session) }
                return (outcome, database.isInsideTransaction)
            }
            switch outcome {
            case .committed(let value):
                committed(value, session)
                return (.success(value), false)
            case .rolledBack(let error):
                return (.failure(JournalError(error)), isStuck)
            case .unknown(let error):
                let cause = JournalError(error).message
                log.log(
                    .error, "nobody knows whether alarms were stored, so the data file is opened anew: \(cause)")
                return (.failure(JournalError(code: .outcomeUnknown, message: cause)), true)
            }
        } catch {
            return (.failure(error), false)
        }
    }

    private func transact<Value>(_ database: Database, _ body: (Database) throws -> Value) -> Outcome<Value> {
        let value: Value
        do {
            try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
            value = try body(database)
        } catch {
            try? database.rollback()
            return .rolledBack(error)
        }
        do {
            try faults.beforeCommit?()
            try database.cachedStatement(sql: "COMMIT").execute()
            try faults.afterCommit?()
            return .committed(value)
        } catch {
            try? database.rollback()
            // A full disk ends COMMIT before its last write, and the next transaction takes that one's place: the file
            // need not be opened anew, which might fail for want of space and keep readers off as well.
            if let error = error as? DatabaseError, error.resultCode == .SQLITE_FULL { return .rolledBack(error) }
            return .unknown(error)
        }
    }
}
