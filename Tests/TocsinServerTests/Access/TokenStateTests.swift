import Crypto
import Foundation
import Testing
import TocsinAccess

@testable import TocsinServer

/// Every route that needs a token, with every kind of token that is none.
@Suite struct TokenStateTests {
    /// How a request shows what it shows.
    struct State: Sendable {
        let what: String
        let status: Int
        /// The problem's type.
        let kind: String
        var query: String?
        var fields: [String] = []

        init(_ what: String, _ status: Int, _ kind: String, query: String? = nil, fields: [String] = []) {
            self.what = what
            self.status = status
            self.kind = kind
            self.query = query
            self.fields = fields
        }

        static func bearer(_ what: String, _ token: String) -> State {
            State(what, 401, "invalid-token", fields: ["Authorization: Bearer \(token)"])
        }
    }

    /// - Parameter claims: of a token that would be good.
    static func states(_ claims: String) throws -> [State] {
        let now = TestToken.now
        let good = TestToken.signed(claims)
        let parts = good.split(separator: ".").map(String.init)
        func with(_ replaced: String, _ other: String) -> String {
            TestToken.signed(claims.replacing(replaced, with: other))
        }
        let expiry = "\"exp\":\(now + 3600)"
        func headed(_ header: String) -> String { TestToken.signed(claims, header: header) }
        let other = claims.contains("publish") ? "subscribe" : "publish"
        let unsigned = TestToken.encoded(Array(#"{"alg":"none"}"#.utf8)) + "." + parts[1]
        return [
            State("no token", 401, "missing-token"),
            State("an empty one", 401, "missing-token", query: "access_token="),
            State("credentials of another scheme", 401, "missing-token", fields: ["Authorization: Basic dGlhejpwdw=="]),
            State("a scheme without a token", 401, "missing-token", fields: ["Authorization: Bearer"]),
            State("another cookie", 401, "missing-token", fields: ["Cookie: session=\(good); tocsin_tokens=\(good)"]),
            State(
                "a cookie behind what equals a semicolon", 401, "missing-token",
                fields: ["Cookie: a=b\u{37E}__Host-tocsin_token=\(good)"]),
            State(
                "a mark behind the semicolon", 401, "missing-token", fields: ["Cookie: a=b;\u{301}tocsin_token=\(good)"]
            ),
            State("another parameter", 401, "missing-token", query: "token=\(good)"),
            .bearer("a text", "nonsense"),
            .bearer("an API key that there is not", "tocsin_\(String(repeating: "A", count: 43))"),
            .bearer("two parts", "\(parts[0]).\(parts[1])"),
            .bearer("four parts", "\(good).\(parts[2])"),
            .bearer("no base64url", "\(parts[0]).\(parts[1]).ü"),
            .bearer("an expired one", with(expiry, "\"exp\":\(now - 1)")),
            .bearer("one of long ago", with(expiry, "\"exp\":-1")),
            .bearer("one without an expiry", with("\(expiry),", "")),
            .bearer("an expiry that is text", with(expiry, "\"exp\":\"\(now + 3600)\"")),
            .bearer("an expiry beyond all times", with(expiry, "\"exp\":1e300")),
            .bearer("one not yet valid", with(expiry, "\(expiry),\"nbf\":\(now + 1800)")),
            .bearer("two expiries", with(expiry, "\(expiry),\"e\\u0078p\":\(now + 3600)")),
            .bearer("one of another issuer", with("\"shop\"", "\"Shop\"")),
            .bearer("one for another audience", with("[\"tocsin\"]", "\"Tocsin\"")),
            .bearer("one of another key", TestToken.signed(claims, secret: "another secret of thirty-two bytes")),
            .bearer("an empty signature", "\(parts[0]).\(parts[1])."),
            .bearer("a changed payload", "\(parts[0]).\(TestToken.encoded(Array(claims.utf8) + [0x20])).\(parts[2])"),
            .bearer("alg none", "\(unsigned)."),
            .bearer("alg none with a signature", "\(unsigned).\(parts[2])"),
            .bearer("alg nOnE", headed(#"{"alg":"nOnE"}"#)),
            .bearer("alg of another length", headed(#"{"alg":"HS512"}"#)),
            .bearer("alg in lower case", headed(#"{"alg":"hs256"}"#)),
            .bearer("no alg", headed(#"{"typ":"JWT"}"#)),
            .bearer("a critical header", headed(#"{"alg":"HS256","crit":["b64"],"b64":false}"#)),
            .bearer("a permission that is none", with("\"tocsin\":{", "\"tocsin\":{\"\(other)\":[\"user:*\"],")),
            State(
                "two ways", 400, "several-tokens", query: "access_token=\(good)",
                fields: ["Authorization: Bearer \(good)"]),
            State("twice in the query", 400, "several-tokens", query: "access_token=\(good)&access_token=\(good)"),
            State("twice, once escaped", 400, "several-tokens", query: "access_token=\(good)&%61ccess_token=x"),
            State(
                "twice in the head", 400, "several-tokens",
                fields: ["Authorization: Bearer \(good)", "Authorization: Bearer x"]),
            State(
                "two cookies of one name", 400, "several-tokens",
                fields: ["Cookie: tocsin_token=\(good)", "Cookie: a=b; tocsin_token=x"]),
            State(
                "a bad cookie of the host beside a good one", 401, "invalid-token",
                fields: ["Cookie: tocsin_token=\(good); __Host-tocsin_token=x"]),
            State(
                "a cookie of the host in lower case", 401, "missing-token",
                fields: ["Cookie: __host-tocsin_token=\(good)"]),
            State(
                "a good cookie beside a bad token", 401, "invalid-token",
                fields: ["Cookie: tocsin_token=\(good)", "Authorization: Bearer x"]),
        ]
    }

    @Test("No route lets anybody in without a good token, and says what is wrong", arguments: AccessRoute.all)
    func states(route: AccessRoute) async throws {
        let key = try TokenKey(secret: Array(TestToken.secret.utf8))
        let verifier = TokenVerifier(keys: [key], issuer: "shop", audience: "tocsin")
        let claims = route.claims.replacing("{\"exp\"", with: "{\"iss\":\"shop\",\"aud\":[\"tocsin\"],\"exp\"")
        try await TestServer.serving { options in
            options.configuration.authenticator = Authenticator(verifier: verifier)
        } _: { server in
            let own = ["Origin: http://alarms.example"]
            for state in try Self.states(claims) {
                let request = route.request(query: state.query, fields: state.fields + own)
                let response = try await server.answer(to: request)
                let what = "\(route.method) \(route.path) with \(state.what)"
                #expect(response.status == state.status, "\(what): \(response.text)")
                try check(response, of: state, what, hasBody: route.method != "HEAD")
            }
            // And with a good one in each way it does.
            let good = TestToken.signed(claims)
            for (query, fields) in [
                (nil, ["Authorization: Bearer \(good)"]), (nil, ["authorization: bEARER  \(good)"]),
                ("access_token=\(good)", []), (nil, ["Cookie: a=b;tocsin_token=\(good); c"]),
                (nil, ["Cookie: tocsin_token=\"\(good)\""]),
                (nil, ["Cookie: tocsin_token=x; __Host-tocsin_token=\(good); tocsin_token=y"]),
                ("access_token=\(good)", ["Cookie: tocsin_token=x"]),
                ("access_token=", ["Authorization: Bearer \(good)", "Authorization: Basic dGlhejpwdw=="]),
            ] as [(String?, [String])] {
                let response = try await server.head(of: route.request(query: query, fields: fields + own))
                #expect(response.status == route.status, "\(route.method) \(route.path) \(query ?? "") \(fields)")
            }
        }
    }

    private func check(_ response: RawResponse, of state: State, _ what: String, hasBody: Bool) throws {
        let challenge = response.values(of: "WWW-Authenticate")
        switch state.kind {
        case "missing-token": #expect(challenge == [#"Bearer realm="tocsin""#], "\(what)")
        case "invalid-token": #expect(challenge == [#"Bearer realm="tocsin", error="invalid_token""#], "\(what)")
        default: #expect(challenge == [#"Bearer realm="tocsin", error="invalid_request""#], "\(what)")
        }
        guard hasBody else { return }
        let problem = try response.json(ProblemBody.self)
        #expect(problem.type == "urn:tocsin:problem:\(state.kind)", "\(what)")
        for token in state.fields + [state.query ?? ""] where token.utf8.count > 60 {
            #expect(!response.text.contains(token.suffix(40)), "\(what)")
        }
    }

    struct ProblemBody: Decodable {
        let type: String
        let detail: String
    }

    @Test("A public key is no secret to sign with, and a server with one takes no other algorithm")
    func confusion() async throws {
        let key = P256.Signing.PrivateKey()
        let pem = key.publicKey.pemRepresentation
        let verifier = TokenVerifier(keys: [try await TokenKey(file: Array(pem.utf8))])
        try await TestServer.serving { options in
            options.configuration.authenticator = Authenticator(verifier: verifier)
        } _: { server in
            for route in AccessRoute.all {
                for secret in [pem, pem.trimmingCharacters(in: .newlines), String(pem.dropLast(2))] {
                    for header in [#"{"alg":"HS256"}"#, #"{"alg":"ES256"}"#, #"{"alg":"RS256"}"#] {
                        let token = TestToken.signed(route.claims, header: header, secret: secret)
                        let response = try await server.answer(
                            to: route.request(fields: ["Authorization: Bearer \(token)"]))
                        #expect(response.status == 401, "\(route.path) \(header)")
                    }
                }
                let head = TestToken.encoded(Array(#"{"alg":"ES256"}"#.utf8))
                let signed = "\(head).\(TestToken.encoded(Array(route.claims.utf8)))"
                let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
                let token = "\(signed).\(TestToken.encoded(Array(signature)))"
                let response = try await server.head(of: route.request(fields: ["Authorization: Bearer \(token)"]))
                #expect(response.status == route.status, "\(route.path)")
            }
        }
    }

    @Test("What everybody may have needs no token, and looks at none")
    func open() async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving { options in
            options.configuration.authenticator = Authenticator(verifier: verifier)
        } _: { server in
            let wanted = [
                ("GET", "/health", 200), ("GET", "/ready", 200), ("GET", "/", 200), ("GET", "/tocsin.js", 200),
                ("GET", "/openapi.yaml", 200), ("GET", "/nowhere", 404), ("PUT", "/alarms", 405),
                ("POST", "/connection/tiaz", 405), ("OPTIONS", "/alarms", 405), ("GET", "/alarms", 405),
            ]
            for (method, path, status) in wanted {
                for fields in [[], ["Authorization: Bearer nonsense"]] {
                    let request = RawRequest(method, path, host: "alarms.example", fields: fields)
                    let response = try await server.answer(to: request)
                    #expect(response.status == status, "\(method) \(path)")
                }
            }
        }
    }
}
