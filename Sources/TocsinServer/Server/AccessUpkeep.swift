import Logging
import Tocsin
import TocsinAccess

/// Forgets revocations that nobody needs any more, stores when API keys were used, and what could not be stored before.
struct AccessUpkeep: Sendable {
    private static let interval = Duration.seconds(60)
    private static let intervalOfFailures = Duration.seconds(5)

    private let authenticator: Authenticator
    private let log: RecurringLog

    init(_ authenticator: Authenticator, log: RecurringLog) {
        self.authenticator = authenticator
        self.log = log
    }

    /// Until its Task is cancelled, and then once more.
    func run(clock: some Clock<Duration> = ContinuousClock()) async {
        while true {
            let interval = await keepUp() ? Self.interval : Self.intervalOfFailures
            guard (try? await clock.sleep(for: interval)) != nil else { break }
        }
        _ = await keepUp()
    }

    /// - Returns: whether all could be done.
    private func keepUp() async -> Bool {
        let revocations = await isDone("revocations") { () throws(JournalError) in
            try await authenticator.revocations?.save()
            try await authenticator.revocations?.removeOutdated()
        }
        let apiKeys = await isDone("removed API keys, and when others were used,") { () throws(JournalError) in
            try await authenticator.apiKeys?.save()
        }
        return revocations && apiKeys
    }

    private func isDone(_ what: String, _ work: () async throws(JournalError) -> Void) async -> Bool {
        do throws(JournalError) {
            try await work()
            return true
        } catch {
            log.log(.warning, "\(what) could not be stored, which is tried again: \(error.message)")
            return false
        }
    }
}
