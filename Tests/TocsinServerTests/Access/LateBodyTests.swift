import NIOConcurrencyHelpers
import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinServer

/// Bodies that arrive after what they were sent with is worth nothing any more.
@Suite struct LateBodyTests {
    private static let root = "Authorization: Bearer \(TestToken.allowing(#""admin":true,"publish":["*"]"#))"

    private func serving(
        at now: @escaping WallClock = Timestamp.now, _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving(
            { $0.configuration.authenticator = Authenticator(verifier: verifier, now: now) }, body)
    }

    private func post(_ path: String, _ body: String, as credentials: String) -> RawRequest {
        var request = RawRequest.post(body, fields: [credentials])
        request.target = path
        return request
    }

    /// Sends a request but for its last byte, and that once `change` is done.
    private func answer(
        to request: RawRequest, of server: TestServer, after change: () async throws -> Void
    ) async throws -> RawResponse {
        let connection = try await RawConnection(to: server.port)
        // With it the server says that it has the head; one event loop reads what comes later after it has let that in.
        var request = request
        request.fields.append("Expect: 100-continue")
        try await connection.send(Array(request.head.utf8))
        let going = try await connection.bytes(25)
        #expect(String(decoding: going, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.send(Array(request.body.dropLast()))
        #expect(try await server.answer(to: RawRequest("GET", "/health")).status == 200)
        try await change()
        try await connection.send(Array(request.body.suffix(1)))
        return try await connection.response(to: request.method)
    }

    @Test("Who was refused can send the rest of a body, and not for ever")
    func refusedBody() async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving {
            $0.configuration.authenticator = Authenticator(verifier: verifier)
            $0.configuration.maximumBody = 1000
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            let head = RawRequest("POST", "/alarms", fields: ["Transfer-Encoding: chunked"]).head
            let chunk = "100\r\n\(String(repeating: " ", count: 256))\r\n"
            try await connection.send(head)
            #expect(try await connection.response(to: "POST").status == 401)
            try await connection.send(String(repeating: chunk, count: 3) + "0\r\n\r\n")
            try await connection.send(RawRequest("GET", "/health").bytes)
            #expect(try await connection.response().status == 200)
            try await connection.send(head)
            #expect(try await connection.response(to: "POST").status == 401)
            connection.sendAnyway(Array(String(repeating: chunk, count: 64).utf8))
            #expect(try await connection.rest().ending == .finished)
        }
    }

    private static let requests = [
        ("/alarms", #"{"user":"tiaz","data":1}"#), ("/keys", #"{"name":"for ever","publish":["*"]}"#),
        ("/revocations", #"{"sub":"tiaz"}"#),
    ]

    @Test("A token that is revoked while a body arrives does nothing more", arguments: requests)
    func revoked(path: String, body: String) async throws {
        let token = TestToken.signed(
            "{\"jti\":\"1\",\"exp\":\(TestToken.now + 3600),\"tocsin\":{\"admin\":true,\"publish\":[\"*\"]}}")
        try await serving { server in
            let late = try await answer(to: post(path, body, as: "Authorization: Bearer \(token)"), of: server) {
                let revocation = try await server.answer(to: post("/revocations", #"{"jti":"1"}"#, as: Self.root))
                #expect(revocation.status == 204)
            }
            #expect(late.status == 401 && late.text.contains("was revoked"), "\(late.text)")
            #expect(try await server.hub.journal.head.low == 0)
            let keys = try await server.answer(to: RawRequest("GET", "/keys", fields: [Self.root]))
            #expect(keys.text == #"{"keys":[]}"#)
        }
    }

    @Test("A token that expires while a body arrives does nothing more", arguments: requests)
    func expired(path: String, body: String) async throws {
        let time = NIOLockedValueBox(Timestamp(milliseconds: Int64(TestToken.now) * 1000))
        let token = TestToken.signed(
            "{\"exp\":\(TestToken.now + 60),\"tocsin\":{\"admin\":true,\"publish\":[\"*\"]}}")
        try await serving(at: { time.withLockedValue { $0 } }) { server in
            let late = try await answer(to: post(path, body, as: "Authorization: Bearer \(token)"), of: server) {
                time.withLockedValue { $0 = Timestamp(milliseconds: Int64(TestToken.now + 60) * 1000) }
            }
            #expect(late.status == 401 && late.text.contains("expired at"), "\(late.text)")
            #expect(try await server.hub.journal.head.low == 0)
        }
    }

    @Test("An API key that is removed while a body arrives publishes nothing, though there is another of its name")
    func removedKey() async throws {
        struct Made: Decodable { let key: String }
        try await serving { server in
            let make = post("/keys", #"{"name":"ci","publish":["*"]}"#, as: Self.root)
            let key = try await server.answer(to: make).json(Made.self).key
            let publish = post("/alarms", #"{"user":"tiaz","data":1}"#, as: "Authorization: Bearer \(key)")
            let late = try await answer(to: publish, of: server) { () async throws in
                let removal = RawRequest("DELETE", "/keys/ci", fields: [Self.root])
                #expect(try await server.answer(to: removal).status == 204)
                #expect(try await server.answer(to: make).status == 201)
            }
            #expect(late.status == 401 && late.text.contains("no such API key"), "\(late.text)")
            #expect(try await server.hub.journal.head.low == 0)
        }
    }
}
