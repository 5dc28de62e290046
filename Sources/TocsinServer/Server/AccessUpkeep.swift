import Logging
import Tocsin
import TocsinAccess

/// Forgets revocations that nobody needs any more, and stores when API keys were used.
struct AccessUpkeep: Sendable {
    private static let interval = Duration.seconds(60)

    private let authenticator: Authenticator
    private let log: RecurringLog

    init(_ authenticator: Authenticator, log: RecurringLog) {
        self.authenticator = authenticator
        self.log = log
    }

    /// Until its Task is cancelled, and then once more.
    func run(clock: some Clock<Duration> = ContinuousClock()) async {
        repeat {
            await keepUp()
        } while (try? await clock.sleep(for: Self.interval)) != nil
        await keepUp()
    }

    private func keepUp() async {
        do throws(JournalError) {
            try await authenticator.revocations?.removeOutdated()
            try await authenticator.apiKeys?.save()
        } catch {
            log.log(.warning, "when API keys were used could not be stored, which is tried again: \(error.message)")
        }
    }
}
