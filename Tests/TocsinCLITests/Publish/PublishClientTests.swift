import ArgumentParser
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import TocsinCLI

@Suite(.timeLimit(.minutes(5))) struct PublishClientTests {
    private static let published = ScriptedServer.Step.answer(.created, body: #"{"id":"1-2"}"#)
    private static let unknown = ScriptedServer.Step.answer(
        .serviceUnavailable, headers: [("Retry-After", "0")], body: #"{"detail":"send it again with the same key"}"#)

    private func publish(
        _ server: ScriptedServer, token: String? = nil, patience: Duration = .seconds(15),
        timeout: TimeAmount = .seconds(10)
    ) async throws -> String {
        try await server.run { url in
            let client = PublishClient(
                url: url + "/alarms", server: url, token: token,
                schedule: RetrySchedule(patience: patience, firstDelay: .milliseconds(1)), timeout: timeout)
            return try await client.publish(Array(#"{"key":"k"}"#.utf8))
        }
    }

    @Test func `an answer is the end of it`() async throws {
        let server = ScriptedServer([Self.published])
        #expect(try await publish(server, token: "secret") == "1-2")
        #expect(server.requests == [.init(uri: "/alarms", authorization: "Bearer secret", body: #"{"key":"k"}"#)])
    }

    @Test(arguments: [[.hangUp], [unknown], [unknown, .hangUp, unknown], [.hangUp, .hangUp, .hangUp]])
    func `what may have been lost is sent again, with the same key`(lost: [ScriptedServer.Step]) async throws {
        let server = ScriptedServer(lost + [Self.published])
        #expect(try await publish(server) == "1-2")
        #expect(server.requests.count == lost.count + 1)
        #expect(Set(server.requests) == [.init(uri: "/alarms", authorization: nil, body: #"{"key":"k"}"#)])
    }

    @Test func `a server that was asked too often is asked again when it says`() async throws {
        let tooOften = ScriptedServer.Step.answer(
            .tooManyRequests, headers: [("Retry-After", "1")], body: #"{"detail":"too often"}"#)
        let server = ScriptedServer([tooOften, Self.published])
        let start = ContinuousClock.now
        #expect(try await publish(server) == "1-2")
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(server.requests.count == 2)
    }

    @Test func `when its time is up it tells what the last attempt said`() async throws {
        let server = ScriptedServer(Array(repeating: Self.unknown, count: 5))
        let failure = try await #require(throws: CommandFailure.self) { try await publish(server, patience: .zero) }
        #expect(failure == CommandFailure("send it again with the same key (503)"))
        #expect(server.requests.count == 3)

        let gone = ScriptedServer([])
        let noAnswer = try await #require(throws: CommandFailure.self) { try await publish(gone, patience: .zero) }
        #expect(noAnswer.message.hasPrefix("no answer from http://127.0.0.1:"))
        #expect(gone.requests.count == 3)
    }

    @Test func `that it is sent again is told at the first failure, and then no more`() async throws {
        for (steps, cause) in [
            ([.hangUp, .hangUp, .hangUp, Self.published], "no answer from URL (remote connection closed); "),
            ([Self.unknown, .hangUp, Self.published], "send it again with the same key (503); "),
            ([Self.published], nil), ([.answer(.badRequest, body: "{}")], nil),
        ] as [([ScriptedServer.Step], String?)] {
            for (patience, extent) in [(Duration.seconds(15), "for about 15s"), (.zero, "up to 2 times")] {
                let told = Mutex<[String]>([])
                let server = ScriptedServer(steps)
                let url = try await server.run { url in
                    let client = PublishClient(
                        url: url + "/alarms", server: url, token: nil,
                        schedule: RetrySchedule(patience: patience, firstDelay: .milliseconds(1)),
                        tell: { line in told.withLock { $0.append(line) } })
                    _ = try? await client.publish([])
                    return url
                }
                let line = cause.map { $0.replacing("URL", with: url) + "trying again \(extent)" }
                #expect(told.withLock(\.self) == (line.map { [$0] } ?? []))
            }
        }
    }

    @Test func `a refusal is told with what to do on the command line`() async throws {
        let problem = #"""
            {"type":"urn:tocsin:problem:missing-permission","detail":"the token does not allow it","pointer":"/users"}
            """#
        let server = ScriptedServer([.answer(.forbidden, body: problem)])
        let failure = await #expect(throws: CommandFailure.self) {
            try await server.run { url in
                let command = try PublishCommand.parse(["--server", url, "--user", "a b", "--user", "c", "hi"])
                return try await command.client(environment: ["TOCSIN_TOKEN": "t"]).publish([])
            }
        }
        #expect(
            failure?.message
                == "the token does not allow it (403 at /users); make one with: tocsin token --publish 'user:a b' "
                + "--publish user:c")
    }

    @Test func `a server that never answers is told with the time it had`() async throws {
        let server = ScriptedServer(Array(repeating: .silence, count: 5))
        let failure = try await #require(throws: CommandFailure.self) {
            try await publish(server, patience: .zero, timeout: .milliseconds(100))
        }
        #expect(failure.message.contains(" within 100ms; "), "\(failure.message)")
        #expect(server.requests.count <= 3)
    }

    @Test func `a host that is not known is not asked for again`() async throws {
        let server = "http://no-such-host.invalid"
        let client = PublishClient(url: server + "/alarms", server: server, token: nil)
        let failure = try await #require(throws: CommandFailure.self) { try await client.publish([]) }
        #expect(failure == CommandFailure("host no-such-host.invalid is not known; correct --server"))
    }

    @Test(arguments: [400, 422, 500, 302, 307])
    func `any other answer is not asked for again`(status: Int) async throws {
        let server = ScriptedServer([
            .answer(.init(statusCode: status), headers: [("Location", "/elsewhere")], body: #"{"detail":"no"}"#),
            Self.published,
        ])
        let failure = try await #require(throws: CommandFailure.self) { try await publish(server) }
        #expect(failure == CommandFailure("no (\(status))"))
        #expect(server.requests.count == 1)
    }
}
