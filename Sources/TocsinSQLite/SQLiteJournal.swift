import Dispatch
package import Logging
import Synchronization
package import Tocsin

/// The journal in one SQLite file: an append is on disk (fsync) before it returns.
///
/// It is the only server on its file, which it keeps locked until it is closed.
package final class SQLiteJournal: Journal {
    /// What can be made to fail in tests, on the writing thread.
    package struct Faults: Sendable {
        /// Called before COMMIT; where it throws, COMMIT fails and the transaction is rolled back.
        package var beforeCommit: (@Sendable () throws -> Void)?
        /// Called after COMMIT; where it throws, COMMIT seems to have failed, but has not.
        package var afterCommit: (@Sendable () throws -> Void)?
        /// Called when the file has been closed after an unknown outcome; where it throws, it cannot be opened anew yet.
        package var beforeReopening: (@Sendable () throws -> Void)?

        package init() {}
    }

    let gate: SessionGate
    let feed: CommitFeed
    let now: WallClock
    let keyRetention: Int
    let logger: Logger
    /// For what a broken disk brings about again and again.
    let log: RecurringLog
    let faults: Faults
    /// The rows that were logged as damaged.
    let loggedDamage = Mutex<Set<UInt64>>([])
    let file: DataFile
    private let lock: FileLock
    /// Where everything is written, one after another, out of reach of any request's cancellation.
    let writes = DispatchQueue(label: "tocsin.journal", qos: .userInitiated)

    /// Opens the file, or makes it and the folders that are missing. It blocks the thread while it does.
    ///
    /// - Parameters:
    ///   - path: of the data file; beside it lie `<path>-wal`, `<path>-shm` and `<path>.lock`.
    ///   - keyRetention: seconds that an idempotency key is known.
    ///   - now: tells the time.
    ///   - feed: hands out the commits.
    /// - Throws: ``JournalError/Code/unusable`` when the file is of another program, of a newer version, used by another
    ///   server, or cannot be written. A file of another program is not changed.
    package init(
        path: String,
        keyRetention: Int = 86_400,
        now: @escaping WallClock,
        logger: Logger,
        feed: CommitFeed = CommitFeed(),
        faults: Faults = Faults()
    ) throws(JournalError) {
        let file = try DataFile(path)
        let lock = try FileLock(for: file)
        // Once more, now that nobody else can have come in between.
        try file.checkHeader()
        let session = try Session.open(file, at: now())
        self.file = file
        self.lock = lock
        self.gate = SessionGate(session)
        self.feed = feed
        self.now = now
        self.keyRetention = keyRetention
        self.logger = logger
        self.log = RecurringLog(logger)
        self.faults = faults
    }

    package var maximumAppendsInFlight: Int { 1 }

    package func commits(after id: AlarmID) -> Commits {
        feed.commits(after: id, of: self)
    }

    /// Ends ``commits(after:)``, waits for what is being written and read, and gives the file free.
    package func close() async {
        feed.close()
        await withCheckedContinuation { continuation in
            writes.async {
                let session = self.gate.shut()
                self.gate.drain()
                self.gate.close()
                session?.close()
                self.lock.release()
                continuation.resume()
            }
        }
    }

    /// Opens the file anew, since nobody knows what is in it; on the writing thread.
    ///
    /// What was not emitted is read from it: ids that were given out before and are not in it are unknown from now on.
    ///
    /// - Parameter former: the session that was open; the gate is shut.
    func reopen(after former: Session?) throws(JournalError) -> Session {
        gate.drain()
        former?.close()
        do {
            try faults.beforeReopening?()
            let session = try Session.open(file, at: now())
            gate.open(session)
            feed.markBehind()
            log.log(.notice, "the data file was opened anew", metadata: ["head": "\(session.head)"])
            return session
        } catch {
            let cause = JournalError(error).message
            log.log(.error, "the data file could not be opened anew, which is tried again: \(cause)")
            // Clients are told it too, who need not know where it is.
            let error = JournalError(code: .unavailable, message: file.withoutPlace(cause))
            gate.fail(error)
            throw error
        }
    }
}
