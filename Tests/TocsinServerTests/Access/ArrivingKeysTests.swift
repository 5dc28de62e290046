import Crypto
import SteppedClock
import Synchronization
import Testing

@testable import Tocsin
@testable import TocsinAccess
@testable import TocsinServer

/// Requests with tokens of keys that the key set may have by now.
@Suite struct ArrivingKeysTests {
    /// Whose set has one key at the start, a clock, and who signs.
    private final class Provider: Sendable {
        struct Unreachable: Error {}

        /// `nil` while it cannot be reached.
        let set = Mutex<[String]?>(["a"])
        let clock = SteppedClock()
        private let key = P256.Signing.PrivateKey()

        private func text() throws -> [UInt8] {
            guard let ids = set.withLock(\.self) else { throw Unreachable() }
            let point = [UInt8](key.publicKey.rawRepresentation)
            let (x, y) = (TestToken.encoded(Array(point[..<32])), TestToken.encoded(Array(point[32...])))
            let keys = ids.map { #"{"kty":"EC","crv":"P-256","kid":"\#($0)","x":"\#(x)","y":"\#(y)"}"# }
            return Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
        }

        func keySet() async throws -> KeySet {
            try await KeySet(
                uptime: { [clock] in UInt64(clock.now.offset.components.seconds) * 1_000_000_000 }, clock: clock,
                onFailure: { _ in }, load: { try self.text() })
        }

        func token(_ id: String) throws -> String {
            let texts = [
                #"{"alg":"ES256","kid":"\#(id)"}"#, #"{"sub":"t","exp":\#(TestToken.now + 3600)}"#,
            ]
            let signed = texts.map { TestToken.encoded(Array($0.utf8)) }.joined(separator: ".")
            let signature = try key.signature(for: Array(signed.utf8)).rawRepresentation
            return "\(signed).\(TestToken.encoded(Array(signature)))"
        }

        func stream(_ id: String) throws -> RawRequest {
            RawRequest("GET", "/connection/t?access_token=\(try token(id))")
        }
    }

    private let provider = Provider()

    /// Runs a server whose key set was read a moment ago.
    private func serving(
        _ body: @Sendable (TestServer, KeySet) async throws -> Void
    ) async throws {
        let keySet = try await provider.keySet()
        try await TestServer.serving {
            $0.configuration.authenticator = Authenticator(verifier: TokenVerifier(keys: [], keySet: keySet))
        } _: { server in
            try await body(server, keySet)
        }
    }

    /// Sends a request, which then waits.
    private func waiting(
        _ request: RawRequest, at server: TestServer, _ keySet: KeySet
    ) async throws -> RawConnection {
        let connection = try await RawConnection(to: server.port)
        try await connection.send(request.bytes)
        try await server.eventually("the request waits") { _ in keySet.waiting == 1 }
        return connection
    }

    private func expectPutOff(_ connection: RawConnection) async throws {
        let answer = try await connection.response()
        #expect(answer.status == 200 && answer.values(of: "Content-Type") == ["text/event-stream"])
        let retry = answer.text.wholeMatch(of: /retry: (\d+)\n\n/).flatMap { Int($0.1) }
        #expect((5000...15_000).contains(retry ?? 0))
    }

    @Test("A stream with a token of a key that came in the pause opens after it")
    func rotation() async throws {
        try await serving { server, keySet in
            let connection = try await waiting(try provider.stream("b"), at: server, keySet)
            provider.set.withLock { $0 = ["a", "b"] }
            await provider.clock.pass(.seconds(10))
            #expect(try await EventReader(on: connection).event().name == "position")
        }
    }

    @Test("A stream whose key is still not there when the set was read is refused for good")
    func unknown() async throws {
        try await serving { server, keySet in
            let connection = try await waiting(try provider.stream("b"), at: server, keySet)
            await provider.clock.pass(.seconds(10))
            #expect(try await connection.response().status == 401)
        }
    }

    @Test("A stream that nobody can judge is asked to come back, and another request is refused")
    func unreachable() async throws {
        try await serving { server, keySet in
            provider.set.withLock { $0 = nil }
            let stream = try await waiting(try provider.stream("b"), at: server, keySet)
            await provider.clock.pass(.seconds(10))
            try await expectPutOff(stream)
            #expect(server.hub.refusals[.tokenKey] == 1)
            let list = RawRequest(
                "GET", "/users/t/alarms", fields: ["Authorization: Bearer \(try provider.token("b"))"])
            let other = try await waiting(list, at: server, keySet)
            await provider.clock.pass(.seconds(10))
            #expect(try await other.response().status == 401)
        }
    }

    @Test("The streams of a key that has left the set end, and its tokens are worth nothing")
    func leavingKey() async throws {
        provider.set.withLock { $0 = ["a", "stolen"] }
        try await serving { server, keySet in
            let (kept, stolen) = (
                try await RawConnection(to: server.port), try await RawConnection(to: server.port)
            )
            try await kept.send(try provider.stream("a").bytes)
            try await stolen.send(try provider.stream("stolen").bytes)
            try await server.eventually("both streams") { $0.streamCount == 2 }
            let held = RawRequest(
                "GET", "/users/t/alarms", fields: ["Authorization: Bearer \(try provider.token("stolen"))"])
            #expect(try await server.answer(to: held).status == 200)

            provider.set.withLock { $0 = ["a"] }
            provider.clock.advance(by: .seconds(10))
            _ = await keySet.refresh(beyond: keySet.readings)
            #expect(try await stolen.response().text.hasSuffix("\n\n"))
            try await server.eventually("one stream") { $0.streamCount == 1 }
            let refused = try await waiting(held, at: server, keySet)
            await provider.clock.pass(.seconds(10))
            #expect(try await refused.response().status == 401)
        }
    }

    @Test("A stream whose client leaves while it waits is let go of", arguments: ["says so", "resets"])
    func leaving(how: String) async throws {
        try await serving { server, keySet in
            let connection = try await waiting(try provider.stream("b"), at: server, keySet)
            if how == "resets" {
                try await connection.reset()
            } else {
                try await connection.finish()
                #expect(try await connection.rest().ending == .finished)
            }
            try await server.eventually("its place is free") { _ in keySet.waiting == 0 }
        }
    }

    @Test("A server that ends waits for no keys")
    func shutdown() async throws {
        try await serving { server, keySet in
            let connection = try await waiting(try provider.stream("b"), at: server, keySet)
            server.beginShutdown()
            try await expectPutOff(connection)
        }
    }
}
