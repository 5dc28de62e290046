package import Logging
import NIOPosix
import Synchronization
import Tocsin
import TocsinAccess

/// Writes down who published, withdrew, revoked and was refused: an object of JSON a line.
///
/// One thread at a time writes, and takes with it all that came meanwhile. Where that fails, what is to be written waits, up to
/// a bound, and is tried again each second: alarms go on, since one that is not told does more harm than one that is not
/// written down.
package final class AuditLog: Sendable {
    /// Bytes of lines that wait at most; of further ones only the number is kept.
    static let usualLimit = 8 << 20
    /// Nanoseconds that a request waits for its line at most.
    static let patience: UInt64 = 2_000_000_000

    private struct State {
        /// Lines that nobody has begun to write.
        var lines: [UInt8] = []
        /// Who waits for these.
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Since when a thread has been writing; `nil` while none does.
        var writingSince: UInt64?
        /// Who waits for what it writes.
        var waitersOfWriting: [CheckedContinuation<Void, Never>] = []
        var isFailing = false
        /// Lines that found no room since the last that did.
        var omitted = 0
        var omittedInAll = 0
        /// Of refusals, by their reason, which is of a closed set.
        var budgets: [String: LineBudget] = [:]
    }

    private let file: Mutex<AuditFile>
    private let state = Mutex(State())
    private let limit: Int
    private let now: WallClock
    private let uptime: Uptime
    private let log: RecurringLog

    /// Opens the file, and makes it where it is missing.
    ///
    /// - Throws: ``AuditFileError`` where that cannot be.
    package convenience init(path: String, logger: Logger) throws(AuditFileError) {
        try self.init(path: path, limit: Self.usualLimit, now: Timestamp.now, uptime: systemUptime, logger: logger)
    }

    init(
        path: String, limit: Int = usualLimit, now: @escaping WallClock, uptime: @escaping Uptime, logger: Logger
    ) throws(AuditFileError) {
        file = Mutex(try AuditFile(path: path))
        self.limit = limit
        self.now = now
        self.uptime = uptime
        log = RecurringLog(logger, uptime: uptime)
    }

    /// Whether lines cannot be written now.
    var isFailing: Bool { state.withLock(\.isFailing) }
    /// Lines that will never be there.
    var omittedLines: Int { state.withLock(\.omittedInAll) }

    // MARK: Adding lines

    /// Writes down what a request has done; the lines are with the system when this returns, or could not be written.
    ///
    /// - Parameter areKnown: whether it was done; else nobody knows.
    func record(_ actions: [AuditAction], areKnown: Bool, of request: ObservedRequest) async {
        let lines = lines(of: actions, areKnown: areKnown, of: request)
        await withCheckedContinuation { waiter in
            let (mayGo, isToWrite) = state.withLock { state in
                let isKept = keep(lines, count: actions.count, in: &state)
                let waits = isKept && !state.isFailing
                if waits { state.waiters.append(waiter) }
                return (!waits, beginWriting(in: &state))
            }
            if mayGo { waiter.resume() }
            if isToWrite { startWriting() }
        }
    }

    /// Writes down, a moment later, that a request was refused; not each time where it happens all the time.
    func note(_ problem: Problem, path: String, of request: ObservedRequest) {
        let uptime = uptime()
        let omitted = state.withLock { $0.budgets[problem.kind.name, default: LineBudget()].take(at: uptime) }
        guard let omitted else { return }
        let lines = lines(of: [.refuse(problem, path: path, omitted: omitted)], areKnown: true, of: request)
        let isToWrite = state.withLock { state in
            keep(lines, count: 1, in: &state) && beginWriting(in: &state)
        }
        if isToWrite { startWriting() }
    }

    private func lines(of actions: [AuditAction], areKnown: Bool, of request: ObservedRequest) -> [UInt8] {
        let now = now()
        var writer = JSONWriter(reservingCapacity: 256 * actions.count)
        for action in actions { writer.line(action, isKnown: areKnown, of: request, at: now) }
        return writer.bytes
    }

    private func keep(_ lines: [UInt8], count: Int, in state: inout State) -> Bool {
        guard state.lines.count + lines.count <= limit else {
            state.omitted += count
            state.omittedInAll += count
            return false
        }
        if state.omitted > 0 {
            var writer = JSONWriter()
            writer.line(.omit(lines: state.omitted), of: nil, at: now())
            state.lines += writer.bytes
            state.omitted = 0
        }
        state.lines += lines
        return true
    }

    // MARK: Writing them

    /// - Returns: whether a thread is to be started that writes.
    private func beginWriting(in state: inout State) -> Bool {
        guard state.writingSince == nil, !state.isFailing, !state.lines.isEmpty else { return false }
        state.writingSince = uptime()
        return true
    }

    private func startWriting() {
        // Not on an event loop, nor on a thread that Tasks need: a disk may take its time.
        NIOThreadPool.singleton.submit { [self] _ in write() }
    }

    private func write() {
        while true {
            let lines = state.withLock { state in
                state.waitersOfWriting = state.waiters
                state.waiters = []
                state.writingSince = uptime()
                defer { state.lines = [] }
                return state.lines
            }
            do throws(AuditFileError) {
                try file.withLock { (file) throws(AuditFileError) in try file.add(lines) }
                guard written() else { return }
            } catch {
                failed(error, lines: lines)
                return
            }
        }
    }

    /// - Returns: whether there is more to write.
    private func written() -> Bool {
        let (waiters, hadFailed, hasMore) = state.withLock { state in
            let hasMore = !state.lines.isEmpty || !state.waiters.isEmpty
            if !hasMore { state.writingSince = nil }
            defer {
                state.waitersOfWriting = []
                state.isFailing = false
            }
            return (state.waitersOfWriting, state.isFailing, hasMore)
        }
        for waiter in waiters { waiter.resume() }
        if hadFailed { log.log(.notice, "the audit log is written again") }
        return hasMore
    }

    private func failed(_ error: AuditFileError, lines: [UInt8]) {
        log.log(.error, "\(error); alarms go on meanwhile, and what is to be written down waits")
        let waiters = state.withLock { state in
            state.lines.replaceSubrange(..<0, with: lines[error.added...])
            state.writingSince = nil
            state.isFailing = true
            defer {
                state.waitersOfWriting = []
                state.waiters = []
            }
            return state.waitersOfWriting + state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Looking after it

    /// Sees each second whether what failed can be done now, and whether a disk hangs; until its Task is cancelled.
    func keepUp(clock: some Clock<Duration> = ContinuousClock()) async {
        while (try? await clock.sleep(for: .seconds(1))) != nil { look() }
    }

    /// See ``keepUp(clock:)``.
    func look() {
        let (waiters, isToWrite, hangs) = state.withLock { state in
            let hangs = state.writingSince.map { uptime() - $0 >= Self.patience } ?? false
            guard hangs else {
                if state.isFailing, state.writingSince == nil, !state.lines.isEmpty {
                    state.writingSince = uptime()
                    return ([CheckedContinuation<Void, Never>](), true, false)
                }
                return ([], false, false)
            }
            state.isFailing = true
            defer {
                state.waitersOfWriting = []
                state.waiters = []
            }
            return (state.waitersOfWriting + state.waiters, false, true)
        }
        for waiter in waiters { waiter.resume() }
        if isToWrite { startWriting() }
        if hangs {
            log.log(
                .error,
                "the audit log's disk does not answer; alarms go on meanwhile, and what is to be written down waits")
        }
    }

    /// Waits until all is written, or cannot be.
    func flush() async {
        await withCheckedContinuation { waiter in
            let mayGo = state.withLock { state in
                let mayGo = state.isFailing || state.writingSince == nil
                if !mayGo { state.waiters.append(waiter) }
                return mayGo
            }
            if mayGo { waiter.resume() }
        }
    }
}
