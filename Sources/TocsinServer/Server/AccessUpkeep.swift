import Logging
import Tocsin
import TocsinAccess

/// Stores what could not be stored of revocations and removed keys, forgets revocations that nobody needs any more, and stores
/// when API keys were used.
struct AccessUpkeep: Sendable {
    /// What holds and is not stored must not wait for long; where all is stored, that costs nothing.
    private static let interval = Duration.seconds(5)
    /// How often it is time to store when keys were used.
    private static let roundsOfUses = 12
    /// How often it is time to forget. Not at once: a clock that is wrong at the start has been set until then.
    private static let roundsOfForgetting = 720

    private let authenticator: Authenticator
    private let log: RecurringLog

    init(_ authenticator: Authenticator, log: RecurringLog) {
        self.authenticator = authenticator
        self.log = log
    }

    /// Until its Task is cancelled, and then once more.
    func run(clock: some Clock<Duration> = ContinuousClock()) async {
        var round = 0
        repeat {
            await storeWhatHolds()
            if round % Self.roundsOfUses == 0 { await storeUses() }
            round += 1
            if round % Self.roundsOfForgetting == 0 { await forget() }
        } while (try? await clock.sleep(for: Self.interval)) != nil
        await storeWhatHolds()
        await storeUses()
    }

    private func storeWhatHolds() async {
        await trying("a revocation holds until the server ends, and could not be stored") { () throws(JournalError) in
            try await authenticator.revocations?.save()
        }
        await trying("the removal of an API key holds until the server ends, and could not be stored") {
            () throws(JournalError) in
            try await authenticator.apiKeys?.saveRemovals()
        }
    }

    private func forget() async {
        await trying("revocations that are over could not be forgotten") { () throws(JournalError) in
            try await authenticator.revocations?.removeOutdated()
        }
    }

    private func storeUses() async {
        await trying("when API keys were used could not be stored") { () throws(JournalError) in
            try await authenticator.apiKeys?.saveLastUses()
        }
    }

    /// - Parameter failure: what has happened where it fails.
    private func trying(_ failure: String, _ work: () async throws(JournalError) -> Void) async {
        do throws(JournalError) {
            try await work()
        } catch {
            log.log(.warning, "\(failure), which is tried again: \(error.message)")
        }
    }
}
