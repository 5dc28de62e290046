import InMemoryLogging
import Logging
import Testing

@testable import Tocsin
@testable import TocsinAccess
@testable import TocsinServer

/// What is done for revocations and API keys while nobody asks.
@Suite struct AccessUpkeepTests {
    private let records = BreakableRecords()
    private let log = InMemoryLogHandler()

    private func authenticator() async throws -> Authenticator {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        return try await Authenticator(verifier: verifier).keeping(in: records)
    }

    /// Everything that there is to do, once.
    private func keepUp(_ authenticator: Authenticator) async {
        let log = log
        let upkeep = AccessUpkeep(authenticator, log: RecurringLog(Logger(label: "test") { _ in log }))
        // One that was cancelled does its work once more, and ends.
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await upkeep.run()
        }.value
    }

    private var messages: [String] { log.entries.map { "\($0.message)" } }

    @Test("What could not be stored is stored later, without another request")
    func storing() async throws {
        let authenticator = try await authenticator()
        let (revocations, keys) = (
            try #require(authenticator.revocations), try #require(authenticator.apiKeys)
        )
        _ = try await keys.add(Name("ci"), publish: [.anything])
        records.broken = [.revokedUser, .apiKey]
        try revocations.revoke(.user(Name("tiaz")))
        #expect(try keys.remove(Name("ci")))
        await keepUp(authenticator)
        #expect(try await records.records(of: .revokedUser).isEmpty)
        #expect(try await records.records(of: .apiKey).count == 1)
        #expect(
            Set(messages) == [
                "a revocation holds until the server ends, and could not be stored, which is tried again: the disk is full",
                "the removal of an API key holds until the server ends, and could not be stored, which is tried again: "
                    + "the disk is full",
            ])
        records.broken = []
        await keepUp(authenticator)
        #expect(try await records.records(of: .revokedUser).count == 1)
        #expect(try await records.records(of: .apiKey).isEmpty)
    }

    @Test("Where one thing cannot be stored the other is all the same, and each failure is told for itself")
    func independence() async throws {
        let authenticator = try await authenticator()
        let (revocations, keys) = (
            try #require(authenticator.revocations), try #require(authenticator.apiKeys)
        )
        let key = try await keys.add(Name("ci"), publish: [.anything])
        _ = keys.grant(for: key)
        try revocations.revoke(.user(Name("tiaz")))
        records.broken = [.revokedUser]
        await keepUp(authenticator)
        #expect(
            Set(messages) == [
                "a revocation holds until the server ends, and could not be stored, which is tried again: the disk is full"
            ])
        #expect(try await self.authenticator().apiKeys?.list.first?.lastUsedAt != nil)
    }
}
