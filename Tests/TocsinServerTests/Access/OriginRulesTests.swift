import Testing
import TocsinAccess

@testable import TocsinServer

/// Which pages may ask, where there are access rules.
@Suite struct OriginRulesTests {
    /// Where a request comes from.
    enum Page: CaseIterable {
        case none, own, named, below, foreign, loopback, nowhere, two, crossSite

        var fields: [(String, String)] {
            switch self {
            case .none: []
            case .own: [("Origin", "https://alarms.example")]
            case .named: [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]
            case .below: [("Origin", "https://a.b.team.example"), ("Sec-Fetch-Site", "cross-site")]
            case .foreign: [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
            case .loopback: [("Origin", "http://localhost:3000")]
            case .nowhere: [("Origin", "null")]
            case .two: [("Origin", "https://app.example"), ("Origin", "https://app.example")]
            case .crossSite: [("Sec-Fetch-Site", "cross-site")]
            }
        }

        /// Whether it is of an origin that may ask.
        var isAllowed: Bool { [.own, .named, .below].contains(self) }
        var origin: String? { fields.first { $0.0 == "Origin" }?.1 }
    }

    enum Way: CaseIterable {
        case none, header, query, cookie
    }

    private static func key() throws -> TokenKey { try TokenKey(secret: Array(TestToken.secret.utf8)) }

    private func decide(
        _ method: String, _ path: String, _ page: Page, _ way: Way, host: String? = "alarms.example"
    ) async throws -> AccessDecision {
        let verifier = TokenVerifier(keys: [try Self.key()])
        let policy = try AccessPolicy(
            host: "0.0.0.0", corsOrigins: ["https://app.example", "https://*.team.example"],
            authenticator: Authenticator(verifier: verifier))
        let token = TestToken.of("tiaz", #"{"publish":["*"],"admin":true}"#)
        var fields = page.fields + (host.map { [("Host", $0)] } ?? [])
        switch way {
        case .none, .query: break
        case .header: fields.append(("Authorization", "Bearer \(token)"))
        case .cookie: fields.append(("Cookie", "tocsin_token=\(token)"))
        }
        let target = try RequestTarget(way == .query ? "\(path)?access_token=\(token)" : path)
        return policy.decide(method, Route(target), target, header: header(fields))
    }

    private static let requests = [
        ("GET", "/connection/tiaz"), ("GET", "/users/tiaz/alarms"), ("HEAD", "/events"), ("POST", "/alarms"),
        ("DELETE", "/alarms/1-1"), ("GET", "/metrics"), ("POST", "/revocations"), ("DELETE", "/keys/a"),
    ]

    @Test("A token that is shown on purpose counts from everywhere, one in a cookie from pages that may ask")
    func table() async throws {
        for (method, path) in Self.requests {
            for page in Page.allCases {
                for way in Way.allCases {
                    let what: Comment = "\(method) \(path) \(page) \(way)"
                    let decision = try await decide(method, path, page, way)
                    let outcome = AccessPolicyTests.outcome(decision)
                    let changes = !["GET", "HEAD"].contains(method)
                    let status =
                        switch (way, page) {
                        case (.none, _): 401
                        case (.header, _), (.query, _): 200
                        case (.cookie, .none): changes ? 403 : 200
                        case (.cookie, _): page.isAllowed ? 200 : 403
                        }
                    #expect(outcome.status == status, what)
                    // Nobody else can read what the answer is.
                    #expect(
                        outcome.fields
                            == (page.isAllowed
                                ? AccessPolicyTests.echoed(page.origin ?? "") : ["Vary": "Origin"]),
                        what)
                    if case .allow(let permit, _, let unreadable) = decision {
                        #expect(permit != .nothing && permit != .everything, what)
                        #expect(unreadable == (page.isAllowed ? nil : page.origin), what)
                    }
                }
            }
        }
    }

    @Test(
        "Behind a proxy that says that it speaks TLS, a page that came without it is not the server's own",
        arguments: [
            (nil, true), ("http", true), ("httpss", true), ("https", false), ("HTTPS", false), ("https, http", false),
            ("http,https", false), ("https , http", false), ("http,  https ", false),
        ] as [(String?, Bool)])
    func forwarded(scheme: String?, isPlainOwn: Bool) async throws {
        let policy = try AccessPolicy(
            host: "127.0.0.1", authenticator: Authenticator(verifier: TokenVerifier(keys: [Self.key()])))
        for (origin, isOwn) in [("https://alarms.example", true), ("http://alarms.example", isPlainOwn)] {
            let fields =
                [
                    ("Host", "alarms.example"), ("Origin", origin),
                    ("Cookie", "tocsin_token=\(TestToken.of("tiaz", #"{"publish":["*"]}"#))"),
                ] + (scheme.map { [("X-Forwarded-Proto", $0)] } ?? [])
            let decision = policy.decide("POST", .alarms, try RequestTarget("/alarms"), header: header(fields))
            #expect(AccessPolicyTests.outcome(decision).status == (isOwn ? 200 : 403), "\(origin)")
        }
    }

    @Test("A preflight shows no token, and is answered to pages that may ask")
    func preflights() async throws {
        for (method, path) in Self.requests {
            for page in Page.allCases where page.origin != nil {
                let target = try RequestTarget(path)
                let policy = try AccessPolicy(
                    host: "0.0.0.0", corsOrigins: ["https://app.example", "https://*.team.example"],
                    authenticator: Authenticator(
                        verifier: TokenVerifier(keys: [try Self.key()])))
                let fields =
                    page.fields + [
                        ("Host", "alarms.example"), ("Access-Control-Request-Method", method),
                        ("Access-Control-Request-Headers", "authorization"),
                    ]
                let outcome = AccessPolicyTests.outcome(
                    policy.decide("OPTIONS", Route(target), target, header: header(fields)))
                #expect(outcome.status == (page.isAllowed ? 204 : 403), "\(path) \(page)")
                #expect(
                    outcome.fields["Access-Control-Allow-Headers"]
                        == (page.isAllowed
                            ? "Authorization, Content-Type, Idempotency-Key, Last-Event-ID" : nil))
            }
        }
    }

    @Test(
        "The server answers to any name, but to one, and one that is a name",
        arguments: [
            ("anything.example", 200), ("anything.example:8443", 200), ("203.0.113.7", 200), ("[2001:db8::1]:1", 200),
            (nil, 400), ("", 400), ("a b", 400), ("a, b", 400), ("http://a", 400),
        ] as [(String?, Int)])
    func hosts(host: String?, status: Int) async throws {
        let decision = try await decide("GET", "/users/tiaz/alarms", .none, .header, host: host)
        #expect(AccessPolicyTests.outcome(decision).status == status)
    }

    @Test(
        "A pattern is of all names below one, with its scheme and port, and no others",
        arguments: [
            ("https://*.app.example", "https://a.app.example", true),
            ("https://*.app.example", "https://a.b.app.example", true),
            ("https://*.app.example", "https://A.App.Example", true),
            ("https://*.app.example", "https://a.app.example:443", true),
            ("https://*.app.example", "https://app.example", false),
            ("https://*.app.example", "https://evilapp.example", false),
            ("https://*.app.example", "https://evil-app.example", false),
            ("https://*.app.example", "https://a.app.example.evil", false),
            ("https://*.app.example", "http://a.app.example", false),
            ("https://*.app.example", "https://a.app.example:8443", false),
            ("https://*.app.example", "null", false),
            ("https://*.app.example:8443", "https://a.app.example:8443", true),
            ("http://*.localhost:3000", "http://a.localhost:3000", true),
            ("http://*.localhost:3000", "http://localhost:3000", false),
            ("https://app.example", "https://app.example", true),
            ("https://app.example", "https://a.app.example", false),
        ])
    func patterns(pattern: String, origin: String, matches: Bool) throws {
        let pattern = try #require(OriginPattern(pattern))
        #expect((WebOrigin(origin).map(pattern.matches) ?? false) == matches)
    }

    @Test(
        "What would be of more than was meant is no pattern",
        arguments: [
            "*", "https://*", "https://*.com", "https://*.", "https://a.*.example", "https://*a.example",
            "*.app.example",
            "https://*.*.example", "https://*.127.0.0.1", "https://*.[::1]", "https://*.app.example/",
            "https://.*app.example",
            "https://*.app.example:*", "://*.app.example", "null", "",
        ])
    func badPatterns(text: String) {
        #expect(OriginPattern(text) == nil)
    }
}
