import ArgumentParser
import NIOHTTP1
import SteppedClock
import Testing
import TocsinAccess

@testable import TocsinCLI

/// Answers that begin and do not end.
@Suite struct StalledAnswerTests {
    /// Lets the time pass that an answer has, once it has begun.
    private func stalled(
        _ ask: @escaping @Sendable (_ url: String, TimeLimit) async throws -> Void
    ) async throws -> (url: String, failure: CommandFailure?) {
        let server = ScriptedServer([.beginning(#"{"keys":["#)])
        let clock = SteppedClock()
        return try await server.run { url in
            let asking = Task { try await ask(url, TimeLimit(.seconds(10), clock: clock)) }
            while server.requests.isEmpty { await Task.yield() }
            await clock.pass(.seconds(10))
            let failure = await #expect(throws: CommandFailure.self) { try await asking.value }
            // Its connection does not stay behind.
            while server.endings == 0 { await Task.yield() }
            return (url, failure)
        }
    }

    @Test func `a key set that stalls is given up`() async throws {
        let (url, failure) = try await stalled { _ = try await KeySetLocation.url($0).read(within: $1) }
        #expect(failure?.message == "--jwks \(url) cannot be fetched: it took longer than 10 s")
    }

    @Test func `an answer to an admin that stalls is given up`() async throws {
        let (url, failure) = try await stalled { url, limit in
            var client = try await AdminAccess.parse(["--server", url]).client(environment: [:])
            client.limit = limit
            try await client.ask(.GET, "/keys")
        }
        #expect(
            failure?.message
                == "no answer from \(url) within 10s; see whether it is overloaded, or no tocsin server")
    }

    @Test func `a key set that is too long is given up`() async throws {
        let server = ScriptedServer([.answer(.ok, body: String(repeating: " ", count: SmallFile.maximumBytes + 1))])
        try await server.run { url in
            let failure = await #expect(throws: CommandFailure.self) { try await KeySetLocation.url(url).read() }
            #expect(failure?.message.hasPrefix("--jwks \(url) cannot be fetched: ") == true)
        }
    }
}
