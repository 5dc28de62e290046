import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinServer

/// What the audit log says of requests.
@Suite struct AuditedRequestTests {
    private let folder: AuditFolder

    init() throws {
        folder = try AuditFolder()
    }

    private func serving(
        hasRules: Bool = true, journal: any Journal = MemoryJournal(now: Timestamp.now),
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        let log = try folder.log()
        try await TestServer.serving(
            { options in
                options.configuration.authenticator = hasRules ? Authenticator(verifier: verifier) : nil
                options.configuration.auditLog = log
                options.configuration.trustedProxies = [AddressRange("127.0.0.1")].compactMap(\.self)
                options.journal = journal
            }, body)
    }

    private static let shop = TestToken.signed(
        """
        {"sub":"shop","jti":"t-1","exp":\(TestToken.now + 3600),\
        "tocsin":{"publish":["user:tiaz","topic:orders/*","everyone"],"admin":true}}
        """)
    private static let fields = [
        "Authorization: Bearer \(shop)", "X-Request-ID: here-1", "X-Forwarded-For: 198.51.100.7",
    ]

    private func post(_ path: String, _ body: String, type: String = "application/json") -> RawRequest {
        var request = RawRequest.post(body, type: type, fields: Self.fields)
        request.target = path
        return request
    }

    @Test("A publish is told with who, from where, which, to whom, and never what it says")
    func publishes() async throws {
        try await serving { server in
            let one = try await server.answer(to: post("/alarms", #"{"user":"tiaz","data":"SECRET","key":"k"}"#))
            let id = try one.json(TestServer.Published.self).id
            let line = try #require(try folder.lines().first)
            #expect(line.action == "publish" && line.id == id && line.to == ["user:tiaz"] && line.new == true)
            #expect(line.event == "alarm" && line.request == "here-1" && line.client == "198.51.100.7")
            #expect(line.by?.sub == "shop" && line.by?.jti == "t-1" && line.by?.key == nil)

            _ = try await server.answer(to: post("/alarms", #"{"user":"tiaz","data":"SECRET","key":"k"}"#))
            let again = try #require(try folder.lines().last)
            #expect(again.id == id && again.new == false)

            let several = try await server.answer(
                to: post(
                    "/alarms",
                    #"[{"topics":["orders/1","orders/é"],"event":"new","data":1},{"everyone":true,"data":"SECRET"}]"#))
            #expect(several.status == 201)
            let both = try folder.lines().suffix(2)
            #expect(both.map(\.to) == [["topic:orders/1", "topic:orders/é"], ["everyone"]])
            #expect(both.map(\.event) == ["new", "alarm"])
        }
        #expect(try folder.lines().count == 4)
        #expect(try !folder.text().contains("SECRET") && !folder.text().contains(Self.shop))
    }

    @Test("Withdrawals, revocations and API keys are told")
    func changes() async throws {
        try await serving { server in
            let published = try await server.answer(to: post("/alarms", #"{"user":"tiaz","data":1}"#))
            let id = try published.json(TestServer.Published.self).id
            let delete = RawRequest("DELETE", "/alarms/\(id)", fields: Self.fields)
            let entry = try await server.answer(to: delete).json(TestServer.Published.self).id
            _ = try await server.answer(to: delete)
            let until = TestToken.now + 7200
            _ = try await server.answer(to: post("/revocations", "{\"sub\":\"seo\",\"until\":\(until)}"))
            _ = try await server.answer(to: post("/revocations", #"{"jti":"t-9"}"#))
            let made = try await server.answer(to: post("/keys", #"{"name":"ci","publish":["topic:builds/*"]}"#))
            let key = try made.json(MadeKey.self).key
            _ = try await server.answer(
                to: .post(#"{"topic":"builds/1","data":1}"#, fields: ["Authorization: Bearer \(key)"]))
            _ = try await server.answer(to: RawRequest("DELETE", "/keys/ci", fields: Self.fields))
            let lines = try folder.lines()
            #expect(
                lines.map(\.action) == [
                    "publish", "withdraw", "withdraw", "revoke", "revoke", "add-key", "publish", "remove-key",
                ])
            #expect(lines[1].alarm == id && lines[1].id == entry && lines[1].new == true && lines[2].new == false)
            #expect(lines[3].sub == "seo" && lines[3].until == Timestamp(milliseconds: Int64(until) * 1000).rfc3339)
            #expect(lines[4].jti == "t-9" && lines[4].until == nil)
            #expect(lines[5].key == "ci" && lines[5].publish == ["topic:builds/*"])
            #expect(lines[6].by?.key == "ci" && lines[6].by?.sub == nil)
            #expect(lines[7].key == "ci" && lines[7].by?.sub == "shop")
            #expect(try !folder.text().contains(key))
        }
    }

    private struct MadeKey: Decodable {
        let key: String
    }

    @Test("What was refused is told with the reason and who asked, and no token or query of it")
    func refusals() async throws {
        let tiaz = TestToken.of("tiaz")
        try await serving { server in
            for request in [
                RawRequest("GET", "/connection/seo?access_token=\(tiaz)"),
                RawRequest("GET", "/users/seo/alarms?access_token=\(tiaz)&lang=QUERY"),
                RawRequest.post(#"{"user":"seo","data":1}"#, fields: ["Authorization: Bearer \(tiaz)"]),
                RawRequest("GET", "/connection/tiaz?access_token=NO.TOKEN.AT"),
                RawRequest("DELETE", "/alarms/1-1"),
                RawRequest(
                    "GET", "/connection/tiaz", fields: ["Cookie: tocsin_token=\(tiaz)", "Origin: http://evil.example"]),
            ] {
                let status = try await server.answer(to: request).status
                #expect(status == 401 || status == 403)
            }
        }
        let lines = try folder.lines()
        #expect(
            lines.map { "\($0.action) \($0.method ?? "") \($0.path ?? "") \($0.status ?? 0) \($0.type ?? "")" } == [
                "refuse GET /connection/seo 403 missing-permission",
                "refuse GET /users/seo/alarms 403 missing-permission",
                "refuse POST /alarms 403 missing-permission",
                "refuse GET /connection/tiaz 401 invalid-token",
                "refuse DELETE /alarms/1-1 401 missing-token",
                "refuse GET /connection/tiaz 403 foreign-origin",
            ])
        #expect(lines.map { $0.by?.sub } == ["tiaz", "tiaz", "tiaz", nil, nil, nil])
        #expect(lines.allSatisfy { $0.client == "127.0.0.1" })
        let text = try folder.text()
        #expect(!text.contains(tiaz) && !text.contains("QUERY") && !text.contains("NO.TOKEN"))
    }

    @Test("Whose token it was is told where it was signed and is not good, and never what one says that nobody signed")
    func refusedTokens() async throws {
        let (past, later) = (TestToken.now - 10, TestToken.now + 3600)
        let expired = TestToken.signed("{\"sub\":\"tiaz\",\"jti\":\"t-2\",\"exp\":\(past)}")
        let early = TestToken.signed("{\"sub\":\"tiaz\",\"exp\":\(later),\"nbf\":\(later)}")
        let misnamed = TestToken.signed("{\"sub\":\"\",\"jti\":\"\\u0000\",\"exp\":\(later)}")
        let revoked = TestToken.of("seo")
        let foreign = "\(expired.prefix { $0 != "." }).\(expired.split(separator: ".")[1]).AAAA"
        try await serving { server in
            _ = try await server.answer(to: post("/revocations", #"{"sub":"seo"}"#))
            for token in [expired, early, misnamed, revoked, foreign] {
                let request = RawRequest("GET", "/users/tiaz/alarms", fields: ["Authorization: Bearer \(token)"])
                let status = try await server.answer(to: request).status
                #expect(status == 401)
            }
            // A stream is decided on elsewhere.
            let status = try await server.answer(to: RawRequest("GET", "/connection/a?access_token=\(expired)")).status
            #expect(status == 401)
        }
        let lines = try folder.lines().filter { $0.action == "refuse" }
        #expect(lines.map { $0.by?.sub } == ["tiaz", "tiaz", nil, "seo", nil, "tiaz"])
        #expect(lines.map { $0.by?.jti } == ["t-2", nil, nil, nil, nil, "t-2"])
        #expect(lines.map { $0.by == nil } == [false, false, false, false, true, false])
    }

    @Test("Without access rules it tells the client, and other hosts and pages that were refused")
    func withoutRules() async throws {
        try await serving(hasRules: false) { server in
            try await server.publish(#"{"user":"tiaz","data":1}"#)
            _ = try await server.answer(to: RawRequest("GET", "/connection/tiaz", host: "evil.example"))
            _ = try await server.answer(to: .post("{}", fields: ["Origin: http://evil.example"]))
            _ = try await server.answer(to: .post("{}"))
            _ = try await server.answer(to: RawRequest("GET", "/users/tiaz/alarms"))
        }
        let lines = try folder.lines()
        #expect(lines.map(\.action) == ["publish", "refuse", "refuse"])
        #expect(lines.map(\.type) == [nil, "foreign-host", "foreign-origin"])
        #expect(lines.allSatisfy { $0.by == nil && $0.client == "127.0.0.1" })
    }

    @Test("Where nobody knows whether an alarm was stored, that is told, and nothing of what was not")
    func unknownOutcomes() async throws {
        let journal = GatedJournal(isOpen: true)
        try await serving(journal: journal) { server in
            for code in [JournalError.Code.outcomeUnknown, .unavailable] {
                journal.fail(JournalError(code: code, message: "the disk is gone"))
                let answer = try await server.answer(to: post("/alarms", #"{"user":"tiaz","data":1}"#))
                #expect(answer.status == 503)
            }
            journal.fail(nil)
        }
        let lines = try folder.lines()
        #expect(lines.first?.outcome == "unknown" && lines.first?.to == ["user:tiaz"] && lines.first?.id == nil)
        #expect(lines.count == 1)
    }
}
