import Testing

@testable import TocsinServer

@Suite struct AccessPolicyTests {
    static let host = "127.0.0.1:5000"

    static func policy() throws -> AccessPolicy {
        try AccessPolicy(
            host: "192.168.1.7",
            allowedHosts: ["alarms.example", "Other.Example:8080", "::2"],
            corsOrigins: ["https://app.example", "http://dev.example:3000"]
        )
    }

    static func decide(_ method: String, _ path: String, _ fields: [(String, String)]) throws -> AccessDecision {
        let target = try RequestTarget(path)
        return try policy().decide(method, Route(target), target, header: header(fields))
    }

    /// The status of a refusal, 204 for a preflight, and 200 for what may go on.
    static func outcome(_ decision: AccessDecision) -> (status: Int, fields: [String: String]) {
        let (status, fields) =
            switch decision {
            case .allow(_, let fields, _): (200, fields)
            case .refuse(let problem, let fields), .awaitKeys(_, let problem, let fields): (problem.status, fields)
            case .preflight(let fields): (204, fields)
            }
        return (status, Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + $1 }))
    }

    /// What lets a page of `origin` read an answer.
    static func echoed(_ origin: String, withCookies: Bool = true) -> [String: String] {
        var fields = [
            "Access-Control-Allow-Origin": origin, "Vary": "Origin",
            "Access-Control-Expose-Headers": "Location, Retry-After, WWW-Authenticate, X-Request-ID",
        ]
        if withCookies { fields["Access-Control-Allow-Credentials"] = "true" }
        return fields
    }

    @Test(
        "The server must be called by a name of its own",
        arguments: [
            ("localhost", 200), ("localhost:80", 200), ("LOCALHOST:5000", 200), ("localhost.", 200),
            ("localhost.:5000", 200), ("localhost:", 200), ("127.0.0.1", 200),
            ("[::1]", 200), ("[::1]:5000", 200), ("192.168.1.7:5000", 200), ("alarms.example", 200),
            ("Alarms.Example:443", 200), ("other.example", 200),
            ("[::2]:1", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421),
            ("127.0.0.2", 421), ("[::3]", 421),
            ("alarms.example.", 200), ("x.alarms.example", 421), ("0.0.0.0", 421), ("localhost..", 421), ("", 400),
            (":5000", 400), ("localhost:x", 400),
            ("localhost:99999", 400), ("localhost:5000:1", 400), ("local host", 400), ("localhost/", 400),
            ("a@localhost", 400), ("localhost,evil.example", 400),
            ("[::1", 400), ("[]", 400), ("[::g]", 400), ("[::1]x", 400), ("::1", 400), ("http://localhost", 400),
            (".", 400), ("예약", 400), ("localhost:-1", 400),
        ]
    )
    func hosts(host: String, status: Int) throws {
        let decision = try Self.decide("POST", "/alarms", [("Host", host)])
        #expect(Self.outcome(decision).status == status)
        if case .refuse(let problem, _) = decision, status == 421 { #expect(problem.detail.contains("--allowed-host")) }
    }

    @Test("There is one Host, and an absolute target has the same")
    func hostCount() throws {
        #expect(Self.outcome(try Self.decide("GET", "/", [])).status == 400)
        #expect(
            Self.outcome(try Self.decide("GET", "/", [("Host", "localhost"), ("host", "localhost")])).status == 400
        )
        #expect(Self.outcome(try Self.decide("GET", "http://localhost:1/", [("Host", "LOCALHOST:1")])).status == 200)
        #expect(Self.outcome(try Self.decide("GET", "http://evil.example/", [("Host", "localhost")])).status == 400)
        #expect(Self.outcome(try Self.decide("GET", "http://localhost:2/", [("Host", "localhost:1")])).status == 400)
    }

    @Test("Whoever watches over the process gets an answer", arguments: ["/health", "/ready"])
    func probes(path: String) throws {
        let requests: [[(String, String)]] = [
            [], [("Host", "evil.example")], [("Host", "a"), ("Host", "b")],
            [("Host", "["), ("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")],
        ]
        for fields in requests {
            let outcome = Self.outcome(try Self.decide("GET", path, fields))
            #expect(outcome.status == 200 && outcome.fields["Access-Control-Allow-Origin"] == nil)
        }
        let known = Self.outcome(try Self.decide("GET", path, [("Origin", "https://app.example")]))
        #expect(known.fields == Self.echoed("https://app.example"))
    }

    @Test(
        "An origin that may ask is echoed, and any other refused",
        arguments: [
            ("POST", "/alarms", "http://127.0.0.1:5000", 200), ("POST", "/alarms", "https://127.0.0.1:5000", 200),
            ("POST", "/alarms", "https://app.example", 200),
            ("POST", "/alarms", "https://app.example:443", 200), ("POST", "/alarms", "HTTPS://APP.example", 200),
            ("POST", "/alarms", "http://dev.example:3000", 200),
            ("DELETE", "/alarms/1-1", "https://app.example", 200), ("GET", "/connection/t", "https://app.example", 200),
            ("GET", "/nowhere", "https://app.example", 200),
            ("POST", "/alarms", "http://app.example", 403), ("POST", "/alarms", "https://app.example:8443", 403),
            ("POST", "/alarms", "https://app.example.evil.example", 403),
            ("POST", "/alarms", "https://x.app.example", 403), ("POST", "/alarms", "http://dev.example", 403),
            ("POST", "/alarms", "https://evil.example", 403),
            ("POST", "/alarms", "null", 403), ("POST", "/alarms", "", 403),
            ("POST", "/alarms", "https://app.example/", 403), ("POST", "/alarms", "app.example", 403),
            ("POST", "/alarms", "https://app.example, https://app.example", 403),
            ("POST", "/alarms", "https://user@app.example", 403), ("POST", "/alarms", "*", 403),
            ("POST", "/alarms", "http://127.0.0.1", 403), ("POST", "/alarms", "http://127.0.0.1:5001", 403),
            ("POST", "/alarms", "http://localhost:5000", 403),
            ("POST", "/alarms", "http://localhost:3000", 403), ("DELETE", "/alarms/1-1", "http://localhost:3000", 403),
            ("GET", "/alarms/1-1", "http://localhost:3000", 403),
            ("GET", "/connection/t", "http://localhost:3000", 200),
            ("HEAD", "/connection/t", "http://localhost:3000", 200),
            ("GET", "/events?topic=a", "http://localhost", 200),
            ("GET", "/users/t/alarms", "https://localhost:3000", 200),
            ("GET", "/topics/t/alarms", "http://127.0.0.1:8080", 200),
            ("GET", "/connection/t", "http://[::1]:3000", 200),
            ("POST", "/connection/t", "http://localhost:3000", 403),
            ("GET", "/connection/t", "http://localhost.evil.example", 403), ("GET", "/connection/t", "file://", 403),
            ("GET", "/connection/t", "capacitor://localhost", 403),
            ("GET", "/connection/t", "https://evil.example", 403), ("GET", "/", "http://localhost:3000", 403),
            ("GET", "/metrics", "http://localhost:3000", 403), ("GET", "/connection/t", "null", 403),
            ("GET", "/tocsin.js", "http://localhost:3000", 200), ("HEAD", "/tocsin.js", "http://[::1]", 200),
            ("POST", "/tocsin.js", "http://localhost:3000", 403), ("GET", "/tocsin.js", "https://evil.example", 403),
            ("GET", "/page.js", "http://localhost:3000", 403), ("GET", "/openapi.yaml", "http://localhost:3000", 403),
            ("GET", "/openapi.yaml", "https://app.example", 200),
        ]
    )
    func origins(method: String, path: String, origin: String, status: Int) throws {
        let decision = try Self.decide(method, path, [("Host", Self.host), ("Origin", origin)])
        let outcome = Self.outcome(decision)
        #expect(outcome.status == status)
        #expect(outcome.fields["Access-Control-Allow-Origin"] == (status == 200 ? origin : nil))
        #expect(outcome.fields["Vary"] == "Origin")
        if case .refuse(let problem, _) = decision, origin != "null" {
            #expect(problem.detail.contains("--cors-origin"))
        }
    }

    @Test("The own origin has the default port of its scheme")
    func defaultPorts() throws {
        func status(_ host: String, _ origin: String) throws -> Int {
            Self.outcome(try Self.decide("POST", "/alarms", [("Host", host), ("Origin", origin)])).status
        }
        #expect(try status("alarms.example", "https://alarms.example") == 200)
        #expect(try status("alarms.example:443", "https://alarms.example") == 200)
        #expect(try status("alarms.example", "http://alarms.example") == 200)
        #expect(try status("alarms.example:443", "http://alarms.example") == 403)
        #expect(try status("alarms.example", "https://alarms.example:8443") == 403)
        #expect(try status("alarms.example", "ws://alarms.example") == 403)
        #expect(try status("alarms.example", "https://app.example") == 200)
    }

    @Test("Two origins are none")
    func severalOrigins() throws {
        let fields = [("Host", Self.host), ("Origin", "https://app.example"), ("Origin", "https://app.example")]
        #expect(Self.outcome(try Self.decide("POST", "/alarms", fields)).status == 403)
    }

    @Test(
        "What a page of another site asks for without an origin is refused, but for a link to the page",
        arguments: [
            ("POST", "/alarms", "cross-site", "no-cors", 403), ("GET", "/connection/t", "cross-site", "no-cors", 403),
            ("GET", "/connection/t", "cross-site", "navigate", 403),
            ("GET", "/", "cross-site", "navigate", 200), ("GET", "/", "cross-site", "no-cors", 403),
            ("POST", "/", "cross-site", "navigate", 403), ("HEAD", "/", "cross-site", "navigate", 403),
            ("GET", "/tocsin.js", "cross-site", "navigate", 403), ("GET", "/tocsin.js", "same-origin", "cors", 200),
            ("GET", "/users/t/alarms", "Cross-Site", "cors", 403), ("GET", "/connection/t", "same-origin", "cors", 200),
            ("GET", "/connection/t", "same-site", "cors", 200),
            ("GET", "/", "none", "navigate", 200), ("GET", "/openapi.yaml", "cross-site", "navigate", 403),
            ("POST", "/alarms", "none", "navigate", 200),
        ]
    )
    func crossSite(method: String, path: String, site: String, mode: String, status: Int) throws {
        let fields = [("Host", Self.host), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)]
        let outcome = Self.outcome(try Self.decide(method, path, fields))
        #expect(outcome.status == status)
        #expect(outcome.fields == ["Vary": "Origin"])
    }

    @Test("A page of another site whose origin may ask may")
    func crossSiteWithOrigin() throws {
        let fields = [("Host", Self.host), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")]
        #expect(
            Self.outcome(try Self.decide("POST", "/alarms", fields + [("Origin", "https://app.example")])).status == 200
        )
        #expect(
            Self.outcome(try Self.decide("POST", "/alarms", fields + [("Origin", "https://evil.example")])).status
                == 403
        )
        #expect(
            Self.outcome(try Self.decide("GET", "/connection/t", fields + [("Origin", "http://localhost:3000")])).status
                == 200
        )
    }

    @Test(
        "A preflight tells the route's methods",
        arguments: [
            ("/alarms", "https://app.example", "POST", true),
            ("/alarms/1-1", "https://app.example", "GET, HEAD, DELETE", true),
            ("/connection/t", "http://localhost:3000", "GET, HEAD", false),
            ("/events", "http://127.0.0.1:5000", "GET, HEAD", true),
            ("/users/t/alarms", "http://[::1]", "GET, HEAD", false),
        ]
    )
    func preflights(path: String, origin: String, methods: String, isNamed: Bool) throws {
        let fields = [
            ("Host", Self.host), ("Origin", origin), ("Access-Control-Request-Method", "POST"),
            ("Sec-Fetch-Site", "cross-site"),
        ]
        let outcome = Self.outcome(try Self.decide("OPTIONS", path, fields))
        #expect(outcome.status == 204)
        let own = [
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
            "Access-Control-Max-Age": "600",
        ]
        #expect(outcome.fields == Self.echoed(origin, withCookies: isNamed).merging(own) { $1 })
    }

    @Test(
        "A preflight of an origin that may not is refused, and any other OPTIONS left to the route",
        arguments: [
            ("/alarms", "https://evil.example", true, 403), ("/alarms", "http://localhost:3000", true, 403),
            ("/nowhere", "https://app.example", true, 200),
            ("/alarms", "https://app.example", false, 200), ("/connection/t", "null", true, 403),
        ]
    )
    func otherPreflights(path: String, origin: String, isPreflight: Bool, status: Int) throws {
        let fields =
            [("Host", Self.host), ("Origin", origin)] + (isPreflight ? [("Access-Control-Request-Method", "POST")] : [])
        #expect(Self.outcome(try Self.decide("OPTIONS", path, fields)).status == status)
    }

    @Test("A page that may ask can read that the name was wrong")
    func echoedOnWrongHost() throws {
        let known = Self.outcome(
            try Self.decide("GET", "/connection/t", [("Host", "evil.example"), ("Origin", "https://app.example")])
        )
        #expect(known.status == 421 && known.fields["Access-Control-Allow-Origin"] == "https://app.example")
        let unknown = Self.outcome(
            try Self.decide("GET", "/connection/t", [("Host", "evil.example"), ("Origin", "http://evil.example")])
        )
        #expect(unknown.status == 421 && unknown.fields["Access-Control-Allow-Origin"] == nil)
    }

    @Test(
        "An option that is no host or origin is refused",
        arguments: [
            ("a b", [], []), ("", [], []), ("h", ["x/y"], []), ("h", ["*"], []), ("h", [], ["*"]),
            ("h", [], ["app.example"]), ("h", [], ["https://app.example/"]), ("h", [], ["null"]),
            ("h", [], ["https://"]), ("h", [], ["https://a:b"]), ("h", [], ["1://a"]),
        ] as [(String, [String], [String])]
    )
    func options(host: String, allowed: [String], origins: [String]) {
        #expect(throws: InvalidAccessOption.self) {
            try AccessPolicy(host: host, allowedHosts: allowed, corsOrigins: origins)
        }
    }

    @Test(
        "Any address can be listened on",
        arguments: ["127.0.0.1", "0.0.0.0", "::", "::1", "[::1]", "fe80::1", "localhost", "my-host.local"]
    )
    func listening(host: String) {
        #expect(throws: Never.self) { try AccessPolicy(host: host) }
    }
}
