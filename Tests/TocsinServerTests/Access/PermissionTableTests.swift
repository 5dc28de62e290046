import Testing
import TocsinAccess

@testable import TocsinServer

/// What good tokens may do, and what not.
@Suite struct PermissionTableTests {
    /// A token, a request with it, and the status that it gets.
    struct Row: Sendable, CustomTestStringConvertible {
        let token: String
        let method: String
        let target: String
        let status: Int
        var body: String?
        /// What a 403 says that is missing.
        var missing: String?

        var testDescription: String { "\(method) \(target) \(body ?? "") with \(token)" }
    }

    private static func get(
        _ token: String, _ target: String, _ status: Int, _ missing: String? = nil
    ) -> Row {
        Row(token: token, method: "GET", target: target, status: status, missing: missing)
    }

    private static func post(_ token: String, _ address: String, _ status: Int, _ missing: String? = nil) -> Row {
        Row(
            token: token, method: "POST", target: "/alarms", status: status, body: "{\(address),\"data\":1}",
            missing: missing)
    }

    /// Of the user tiaz only.
    private static let tiaz = #""sub":"tiaz""#
    private static func subscribe(_ permissions: String...) -> String { list("subscribe", permissions) }
    private static func publish(_ permissions: String...) -> String { list("publish", permissions) }
    private static func list(_ name: String, _ permissions: [String]) -> String {
        "\"tocsin\":{\"\(name)\":[\(permissions.map { "\"\($0)\"" }.joined(separator: ","))]}"
    }

    static let listening: [Row] = [
        get(tiaz, "/connection/tiaz", 200), get(tiaz, "/users/tiaz/alarms", 200),
        get(tiaz, "/connection/%74iaz", 200), get(tiaz, "/connection/seo", 403, "user:seo"),
        get(tiaz, "/users/seo/alarms", 403, "user:seo"), get(tiaz, "/connection/TIAZ", 403, "user:TIAZ"),
        get(tiaz, "/connection/tiaz%20", 403), get(tiaz, "/connection/tiaz%2F", 403),
        get(tiaz, "/connection/tiaz/", 404), get(tiaz, "/connection/seo/../tiaz", 404),
        get(tiaz, "/connection/..%2Ftiaz", 403), get(tiaz, "/connection/tiaz%00", 400),
        // Cyrillic і, and Latin with an accent that is written in two ways.
        get(tiaz, "/connection/t%D1%96az", 403),
        get(#""sub":"\u00e9""#, "/connection/%C3%A9", 200), get(#""sub":"\u00e9""#, "/connection/e%CC%81", 403),
        get(#""sub":"*""#, "/connection/seo", 403), get(#""sub":"*""#, "/connection/*", 200),
        get(#""sub":"everyone""#, "/events?topic=everyone", 403), get(#""sub":"tia""#, "/connection/tiaz", 403),
        get(tiaz, "/connection/tiaz?topic=a", 403, "topic:a"), get(tiaz, "/events?topic=a", 403, "topic:a"),
        get(tiaz, "/events?topic=tiaz", 403, "topic:tiaz"), get(tiaz, "/topics/tiaz/alarms", 403, "topic:tiaz"),
        get(tiaz, "/connection/seo?user=tiaz", 403), get(tiaz, "/metrics", 403, "admin"),
        get("\(tiaz),\(subscribe("topic:a"))", "/connection/tiaz?topic=a", 200),
        get("\(tiaz),\(subscribe("topic:a"))", "/users/tiaz/alarms?topic=a", 200),
        get("\(tiaz),\(subscribe("topic:a"))", "/connection/tiaz?topic=a&topic=b", 403, "topic:b"),
        get("\(tiaz),\(subscribe("topic:a"))", "/connection/tiaz?topic=b&topic=a", 403, "topic:b"),
        get("\(tiaz),\(subscribe("topic:a"))", "/users/tiaz/alarms?topic=b", 403, "topic:b"),
        get(subscribe("topic:a"), "/events?topic=a", 200), get(subscribe("topic:a"), "/events?topic=%61", 200),
        get(subscribe("topic:a"), "/topics/a/alarms", 200), get(subscribe("topic:a"), "/events?topic=A", 403),
        get(subscribe("topic:a"), "/events?topic=a%2F", 403), get(subscribe("topic:a"), "/events?topic=a+", 403),
        get(subscribe("topic:a"), "/connection/a", 403, "user:a"), get(subscribe("topic:a"), "/topics/b/alarms", 403),
        get(subscribe("user:seo"), "/connection/seo", 200), get(subscribe("user:seo"), "/users/seo/alarms", 200),
        get(subscribe("user:seo"), "/connection/tiaz", 403), get(subscribe("user:seo"), "/events?topic=seo", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/1", 200),
        get(subscribe("topic:orders/*"), "/events?topic=orders%2F1%2F2", 200),
        get(subscribe("topic:orders/*"), "/topics/orders%2F1/alarms", 200),
        get(subscribe("topic:orders/*"), "/topics/orders/1/alarms", 404),
        get(subscribe("topic:orders/*"), "/events?topic=orders", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/*", 200),
        get(subscribe("topic:orders/*"), "/events?topic=orders/../x", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/%2E%2E/x", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/./x", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders/x/..", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders2/x", 403),
        get(subscribe("topic:orders/*"), "/events?topic=/orders/x", 403),
        get(subscribe("topic:orders/*"), "/events?topic=Orders/x", 403),
        // A slash in full width, and one that is escaped twice.
        get(subscribe("topic:orders/*"), "/events?topic=orders%EF%BC%8Fx", 403),
        get(subscribe("topic:orders/*"), "/events?topic=orders%252Fx", 403),
        get(subscribe("everyone"), "/events?topic=everyone", 403),
        get(subscribe("everyone"), "/connection/tiaz", 403), get(subscribe("*"), "/connection/tiaz?topic=a", 200),
        get(subscribe("*"), "/metrics", 403), get(publish("*"), "/connection/tiaz", 403),
        get(publish("*"), "/events?topic=a", 403), get(publish("*"), "/metrics", 403),
        get(#""tocsin":{"admin":true}"#, "/metrics", 200), get(#""tocsin":{"admin":true}"#, "/connection/tiaz", 403),
        get(#""tocsin":{"admin":true}"#, "/alarms/1-1", 403), get(#""tocsin":{"admin":false}"#, "/metrics", 403),
        get(#""tocsin":{"admin":1}"#, "/metrics", 401), get(#""admin":true"#, "/metrics", 403),
        get(#""tocsin":{}"#, "/connection/tiaz", 403), get("\(tiaz),\"tocsin\":null", "/connection/tiaz", 200),
        get(#""tocsin":{"subscribe":"*"}"#, "/connection/tiaz", 401), get(#""tocsin":[]"#, "/connection/tiaz", 401),
        get(#""scope":"*","tocsin":{"other":["*"]}"#, "/connection/tiaz", 403), get(#""sub":"""#, "/metrics", 401),
    ]

    static let publishing: [Row] = [
        post(publish("user:tiaz"), #""user":"tiaz""#, 201), post(publish("user:tiaz"), #""users":["tiaz"]"#, 201),
        post(publish("user:tiaz"), #""user":"ti\u0061z""#, 201),
        post(publish("user:tiaz"), #""user":"Tiaz""#, 403, "user:Tiaz"),
        post(publish("user:tiaz"), #""users":["tiaz","seo"]"#, 403, "user:seo"),
        post(publish("user:tiaz"), #""topic":"tiaz""#, 403, "topic:tiaz"),
        post(publish("user:tiaz"), #""everyone":true"#, 403, "everyone"),
        post(publish("topic:a"), #""topics":["a","b"]"#, 403, "topic:b"),
        post(publish("topic:a"), #""user":"a""#, 403, "user:a"),
        post(publish("topic:orders/*"), #""topic":"orders/1""#, 201),
        post(publish("topic:orders/*"), #""topic":"orders/../x""#, 403),
        post(publish("topic:orders/*"), #""topic":"orders\/1""#, 201),
        post(publish("topic:orders/*"), #""topic":"orders""#, 403),
        post(publish("everyone"), #""everyone":true"#, 201), post(publish("everyone"), #""topic":"everyone""#, 403),
        post(publish("everyone"), #""user":"tiaz""#, 403), post(publish("*"), #""everyone":true"#, 201),
        post(publish("*"), #""user":"tiaz""#, 201), post(subscribe("*"), #""user":"tiaz""#, 403, "publish"),
        post(tiaz, #""user":"tiaz""#, 403, "publish"),
        post(#""tocsin":{"admin":true}"#, #""user":"tiaz""#, 403, "publish"),
        // What is no alarm is told first, to who may publish at all.
        post(publish("user:tiaz"), #""user":"""#, 422),
        Row(
            token: publish("user:tiaz"), method: "POST", target: "/alarms", status: 403,
            body: #"[{"user":"tiaz","data":1},{"user":"seo","data":1}]"#, missing: "user:seo"),
    ]

    private func serving(_ body: @Sendable (TestServer) async throws -> Void) async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving({ $0.configuration.authenticator = Authenticator(verifier: verifier) }, body)
    }

    private func bearer(_ claims: String) -> String {
        "Authorization: Bearer \(TestToken.signed("{\"exp\":\(TestToken.now + 3600),\(claims)}"))"
    }

    @Test("A good token lets its holder do what it says, and nothing else")
    func table() async throws {
        #expect(Self.listening.count + Self.publishing.count >= 80)
        try await serving { server in
            for row in Self.listening + Self.publishing {
                var request = RawRequest(row.method, row.target, fields: [bearer(row.token)])
                if let body = row.body { request = .post(body, fields: [bearer(row.token)]) }
                let head = try await server.head(of: request)
                #expect(head.status == row.status, "\(row)")
                guard row.status == 403 else { continue }
                let response = try await server.answer(to: request)
                #expect(
                    response.values(of: "WWW-Authenticate").first?.hasSuffix(#"error="insufficient_scope""#) == true)
                let problem = try response.json(TokenStateTests.ProblemBody.self)
                #expect(problem.type == "urn:tocsin:problem:missing-permission")
                #expect(row.missing.map { problem.detail.contains($0) } ?? true, "\(row): \(problem.detail)")
            }
        }
    }

    @Test("A refused alarm of an array is pointed at, and none of them is published")
    func array() async throws {
        try await serving { server in
            let body = #"[{"topic":"a","data":1},{"topics":["a","b"],"data":2}]"#
            let refusal = try await server.answer(to: .post(body, fields: [bearer(Self.publish("topic:a"))]))
            #expect(refusal.status == 403 && refusal.text.contains(#""pointer":"/1/topics""#))
            let list = try await server.answer(
                to: RawRequest("GET", "/topics/a/alarms", fields: [bearer(Self.subscribe("*"))]))
            #expect(list.text.hasPrefix(#"{"alarms":[]"#))
        }
    }

    @Test("Who may not publish an alarm cannot tell whether there is one with its id")
    func ids() async throws {
        try await serving { server in
            func published(_ alarm: String) async throws -> String {
                let response = try await server.answer(to: .post(alarm, fields: [bearer(Self.publish("*"))]))
                return try response.json(TestServer.Published.self).id
            }
            func ask(_ method: String, _ id: String, _ token: String) async throws -> RawResponse {
                try await server.answer(to: RawRequest(method, "/alarms/\(id)", fields: [bearer(token)]))
            }
            let seo = try await published(#"{"user":"seo","data":1}"#)
            let both = try await published(#"{"users":["seo","tiaz"],"data":1}"#)
            let gone = try await published(#"{"user":"seo","data":1}"#)
            let withdrawal = try await ask("DELETE", gone, Self.publish("*")).json(TestServer.Published.self).id
            let limited = Self.publish("user:tiaz")
            let unknown = "\(seo.prefix { $0 != "-" })-999"
            for method in ["GET", "DELETE"] {
                let known = try await ask(method, unknown, limited)
                for id in [seo, both, gone, withdrawal] {
                    let response = try await ask(method, id, limited)
                    #expect(response.status == 404)
                    #expect(response.text == known.text.replacing(unknown, with: id))
                    #expect(response.fields.map(\.name) == known.fields.map(\.name))
                }
            }
            // Nothing was withdrawn, and who may publish it sees it all.
            #expect(try await ask("GET", seo, Self.publish("user:seo")).status == 200)
            #expect(try await ask("GET", both, Self.publish("user:seo", "user:tiaz")).status == 200)
            #expect(try await ask("GET", gone, Self.publish("user:seo")).status == 410)
            #expect(try await ask("DELETE", gone, Self.publish("user:seo")).status == 200)
            #expect(try await ask("DELETE", withdrawal, Self.publish("user:seo")).status == 409)
            #expect(try await ask("DELETE", seo, Self.publish("user:seo")).status == 200)
        }
    }
}
