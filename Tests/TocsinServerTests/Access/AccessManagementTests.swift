import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinServer

/// Revocations and API keys, over HTTP.
@Suite struct AccessManagementTests {
    private static let admin = "Authorization: Bearer \(TestToken.allowing(#""admin":true"#))"

    private func serving(
        keepingIn records: any RecordStore = MemoryRecords(), _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving(
            { options in
                options.configuration.authenticator = Authenticator(verifier: verifier)
                options.records = records
            }, body)
    }

    private func post(_ path: String, _ body: String, as fields: String = admin) -> RawRequest {
        var request = RawRequest.post(body, fields: [fields])
        request.target = path
        return request
    }

    private func token(_ user: String, id: String? = nil, madeAt second: Int? = TestToken.now - 1) -> String {
        let id = id.map { ",\"jti\":\"\($0)\"" } ?? ""
        let iat = second.map { ",\"iat\":\($0)" } ?? ""
        return TestToken.signed("{\"sub\":\"\(user)\",\"exp\":\(TestToken.now + 3600)\(id)\(iat)}")
    }

    private func stream(_ token: String, user: String = "tiaz") -> RawRequest {
        RawRequest("GET", "/connection/\(user)?access_token=\(token)")
    }

    @Test("The streams of a revoked user end, and none of the tokens opens another")
    func revokedUser() async throws {
        try await serving { server in
            let hers = token("tiaz")
            let (listening, other) = (
                try await RawConnection(to: server.port), try await RawConnection(to: server.port)
            )
            try await listening.send(stream(hers).bytes)
            try await other.send(stream(token("seo"), user: "seo").bytes)
            try await server.eventually("both streams") { $0.streamCount == 2 }
            let answer = try await server.answer(to: post("/revocations", #"{"sub":"tiaz"}"#))
            #expect(answer.status == 204)
            let ended = try await listening.response()
            #expect(ended.status == 200 && ended.text.hasSuffix("\n\n"))
            #expect(ended.text.split(separator: "\n").last?.hasPrefix("retry: ") == true)
            try await server.eventually("one stream") { $0.streamCount == 1 }
            for again in [hers, token("tiaz", madeAt: nil), token("tiaz", id: "new")] {
                let refusal = try await server.answer(to: stream(again))
                #expect(refusal.status == 401 && refusal.text.contains("revoked"))
            }
            let later = token("tiaz", madeAt: Int(Timestamp.now().milliseconds / 1000) + 30)
            #expect(try await server.head(of: stream(later)).status == 200)
            #expect(try await server.head(of: stream(token("seo"), user: "seo")).status == 200)
        }
    }

    @Test("A token that says it was made a little later than now is revoked with the others of its user")
    func clockAhead() async throws {
        try await serving { server in
            let ahead = token("tiaz", madeAt: Int(Timestamp.now().milliseconds / 1000) + 50)
            let listening = try await RawConnection(to: server.port)
            try await listening.send(stream(ahead).bytes)
            try await server.eventually("the stream") { $0.streamCount == 1 }
            #expect(try await server.answer(to: post("/revocations", #"{"sub":"tiaz"}"#)).status == 204)
            #expect(try await listening.response().status == 200)
            #expect(try await server.answer(to: stream(ahead)).status == 401)
        }
    }

    @Test("What is said of a revoked user's token that does not tell when it was made would help")
    func withoutIssue() async throws {
        try await serving { server in
            _ = try await server.answer(to: post("/revocations", #"{"sub":"tiaz"}"#))
            let refusal = try await server.answer(to: stream(token("tiaz", madeAt: nil)))
            #expect(
                refusal.status == 401 && refusal.text.contains("does not say when it was made; get one that does (iat)")
            )
        }
    }

    @Test("A token that is revoked by its id ends its streams, and the user's others go on")
    func revokedToken() async throws {
        try await serving { server in
            let (gone, kept) = (token("tiaz", id: "1"), token("tiaz", id: "2"))
            let (first, second) = (try await RawConnection(to: server.port), try await RawConnection(to: server.port))
            try await first.send(stream(gone).bytes)
            try await second.send(stream(kept).bytes)
            try await server.eventually("both streams") { $0.streamCount == 2 }
            let until = TestToken.now + 7200
            let answer = try await server.answer(to: post("/revocations", "{\"jti\":\"1\",\"until\":\(until)}"))
            #expect(answer.status == 204)
            #expect(try await first.response().status == 200)
            try await server.eventually("one stream") { $0.streamCount == 1 }
            #expect(try await server.answer(to: stream(gone)).status == 401)
            #expect(try await server.head(of: stream(kept)).status == 200)
        }
    }

    @Test("A revocation is kept as long as the tokens of the streams that it ended, whatever was said of that")
    func untilStreams() async throws {
        let records = BreakableRecords()
        try await serving(keepingIn: records) { server in
            let listening = try await RawConnection(to: server.port)
            try await listening.send(stream(token("tiaz")).bytes)
            try await server.eventually("the stream") { $0.streamCount == 1 }
            let until = Timestamp.now().milliseconds / 1000 + 60
            let answer = try await server.answer(to: post("/revocations", "{\"sub\":\"tiaz\",\"until\":\(until)}"))
            #expect(answer.status == 204)
            #expect(
                try await records.records(of: .revokedUser).values.first?
                    .contains("\"until\":\((TestToken.now + 3600) * 1000)") == true)
        }
    }

    @Test(
        "While nothing can be stored a revocation and a key's removal hold, and the answer says that they are not stored"
    )
    func failingDisk() async throws {
        struct Made: Decodable {
            let key: String
        }
        let records = BreakableRecords()
        try await serving(keepingIn: records) { server in
            let key = try await server.answer(to: post("/keys", #"{"name":"ci","publish":["*"]}"#)).json(Made.self).key
            let stolen = token("tiaz")
            let listening = try await RawConnection(to: server.port)
            try await listening.send(stream(stolen).bytes)
            try await server.eventually("the stream") { $0.streamCount == 1 }
            records.broken = [.revokedUser, .apiKey]
            for request in [
                post("/revocations", #"{"sub":"tiaz"}"#), RawRequest("DELETE", "/keys/ci", fields: [Self.admin]),
            ] {
                let answer = try await server.answer(to: request)
                #expect(answer.status == 503 && answer.values(of: "Retry-After") == ["1"])
                #expect(answer.text.contains("this holds until the server ends, but is not stored yet"))
                #expect(answer.text.contains("the disk is full"))
            }
            #expect(try await listening.response().status == 200)
            #expect(try await server.answer(to: stream(stolen)).status == 401)
            let alarm = RawRequest.post(#"{"user":"tiaz","data":1}"#, fields: ["Authorization: Bearer \(key)"])
            #expect(try await server.answer(to: alarm).status == 401)
            records.broken = []
            #expect(try await server.answer(to: post("/revocations", #"{"sub":"tiaz"}"#)).status == 204)
            let remove = RawRequest("DELETE", "/keys/ci", fields: [Self.admin])
            #expect(try await server.answer(to: remove).status == 204)
            #expect(try await server.answer(to: remove).status == 404)
        }
    }

    @Test("A stream ends when its token expires, and the token opens no other")
    func expiry() async throws {
        try await serving { server in
            let exp = Timestamp.now().milliseconds / 1000 + 8
            let token = TestToken.signed("{\"sub\":\"tiaz\",\"exp\":\(exp)}")
            let listening = try await RawConnection(to: server.port)
            try await listening.send(stream(token).bytes)
            let ended = try await listening.response()
            #expect(ended.text.split(separator: "\n").last?.hasPrefix("retry: ") == true)
            #expect(Timestamp.now().milliseconds >= exp * 1000)
            let refusal = try await server.answer(to: stream(token))
            #expect(refusal.status == 401 && refusal.text.contains("expired at"))
        }
    }

    @Test(
        "A wrong revocation is told what is wrong with it",
        arguments: [
            ("{}", 422, "missing-field"), (#"{"sub":"a","jti":"b"}"#, 422, "duplicate-field"),
            (#"{"sub":""}"#, 422, "bad-name"), (#"{"sub":1}"#, 422, "wrong-type"),
            (#"{"user":"a"}"#, 422, "unknown-field"),
            (#"{"sub":"a","sub":"a"}"#, 422, "duplicate-field"), ("[]", 422, "wrong-type"), ("", 400, "malformed-json"),
            (#"{"sub":"a"} x"#, 400, "malformed-json"), (#"{"sub":"a","until":"2027-01-01"}"#, 422, "wrong-type"),
            (#"{"sub":"a","until":-1}"#, 422, "out-of-range"), (#"{"sub":"a","until":1e3}"#, 422, "wrong-type"),
            (#"{"sub":"a","until":999999999999}"#, 422, "out-of-range"),
            (#"{"sub":"a","until":1}"#, 422, "out-of-range"), (#"{"until":2,"sub":"a"}"#, 422, "out-of-range"),
        ])
    func badRevocations(body: String, status: Int, kind: String) async throws {
        try await serving { server in
            let answer = try await server.answer(to: post("/revocations", body))
            #expect(answer.status == status && answer.text.contains("urn:tocsin:problem:\(kind)\""), "\(answer.text)")
        }
    }

    @Test("An API key publishes what it was made for, until it is removed")
    func keys() async throws {
        struct Made: Decodable {
            let name: String
            let key: String
        }
        try await serving { server in
            let made = try await server.answer(
                to: post("/keys", #"{"name":"ci/é","publish":["topic:builds/*","user:tiaz"]}"#))
            #expect(made.status == 201 && made.values(of: "Location") == ["/keys/ci%2F%C3%A9"])
            #expect(made.values(of: "Cache-Control") == ["no-store"])
            let key = try made.json(Made.self).key
            for way in [
                RawRequest.post(#"{"topic":"builds/1","data":1}"#, fields: ["Authorization: Bearer \(key)"]),
                RawRequest.post(#"{"user":"tiaz","data":1}"#, fields: ["Authorization: Bearer \(key)"]),
            ] {
                #expect(try await server.answer(to: way).status == 201)
            }
            for (method, target) in [
                ("GET", "/connection/tiaz"), ("GET", "/events?topic=builds/1"), ("GET", "/keys"), ("GET", "/metrics"),
                ("GET", "/users/tiaz/alarms"),
            ] {
                let refusal = try await server.answer(
                    to: RawRequest(method, target, fields: ["Authorization: Bearer \(key)"]))
                #expect(refusal.status == 403, "\(target)")
                let isForAdmins = target == "/keys" || target == "/metrics"
                #expect(refusal.text.contains("admins, and the API key ci/é only publishes") == isForAdmins)
            }
            let other = RawRequest.post(#"{"user":"seo","data":1}"#, fields: ["Authorization: Bearer \(key)"])
            #expect(try await server.answer(to: other).status == 403)
            let taken = try await server.answer(to: post("/keys", #"{"name":"ci/é","publish":["*"]}"#))
            #expect(taken.status == 409)
            let list = try await server.answer(to: RawRequest("GET", "/keys", fields: [Self.admin]))
            #expect(
                list.text.hasPrefix(#"{"keys":[{"name":"ci/é","publish":["topic:builds/*","user:tiaz"],"createdAt":"2"#)
            )
            #expect(!list.text.contains(#""lastUsedAt":null"#) && !list.text.contains(key.suffix(20)))
            let remove = RawRequest("DELETE", "/keys/ci%2F%C3%A9", fields: [Self.admin])
            #expect(try await server.answer(to: remove).status == 204)
            #expect(try await server.answer(to: remove).status == 404)
            let gone = try await server.answer(
                to: .post(#"{"user":"tiaz","data":1}"#, fields: ["Authorization: Bearer \(key)"]))
            #expect(gone.status == 401 && gone.text.contains("no such API key"))
        }
    }

    @Test(
        "A wrong API key is told what is wrong with it",
        arguments: [
            (#"{"name":"a"}"#, 422, "missing-field"), (#"{"publish":["*"]}"#, 422, "missing-field"),
            (#"{"name":"","publish":["*"]}"#, 422, "bad-name"), (#"{"name":"a","publish":[]}"#, 422, "empty"),
            (#"{"name":"a","publish":["user:*"]}"#, 422, "bad-permission"),
            (#"{"name":"a","publish":["*",1]}"#, 422, "wrong-type"),
            (#"{"name":"a","publish":"*"}"#, 422, "wrong-type"), (#"{"name":"a","key":"b"}"#, 422, "unknown-field"),
        ])
    func badKeys(body: String, status: Int, kind: String) async throws {
        try await serving { server in
            let answer = try await server.answer(to: post("/keys", body))
            #expect(answer.status == status && answer.text.contains("urn:tocsin:problem:\(kind)\""), "\(answer.text)")
        }
    }

    @Test("Bodies of another type are refused, and who is no admin is refused before that")
    func types() async throws {
        let other = "Authorization: Bearer \(TestToken.allowing(#""publish":["*"],"subscribe":["*"]"#))"
        try await serving { server in
            for path in ["/keys", "/revocations"] {
                for (type, fields, status) in [
                    ("text/plain", Self.admin, 415), ("application/x-ndjson", Self.admin, 415),
                    ("text/plain", other, 403), ("application/json", other, 403),
                ] {
                    var request = RawRequest.post("{}", type: type, fields: [fields])
                    request.target = path
                    let answer = try await server.answer(to: request)
                    #expect(answer.status == status, "\(path) \(type)")
                }
            }
        }
    }

    @Test("Without access rules there is nothing to manage")
    func noRules() async throws {
        try await TestServer.serving { server in
            for request in [
                post("/revocations", #"{"sub":"a"}"#), post("/keys", #"{"name":"a","publish":["*"]}"#),
                RawRequest("GET", "/keys"), RawRequest("DELETE", "/keys/a"),
            ] {
                let answer = try await server.answer(to: request)
                #expect(answer.status == 409 && answer.text.contains("no-access-rules"))
            }
        }
    }
}
