import Crypto
import JWTKit
import Testing
@testable import Tocsin
@testable import TocsinAccess

@Suite struct TokenVerifierTests {
    @Test("A token says who its user is and what else it allows")
    func grant() async throws {
        let claims = TokenClaims(
            sub: "tiaz", exp: Tokens.seconds + 60.5, nbf: Tokens.seconds, iat: Tokens.seconds - 1, iss: "shop",
            aud: .several(["a", "tocsin"]),
            jti: "7",
            tocsin: .init(publish: ["user:seo", "topic:orders/*"], subscribe: ["everyone"], admin: true))
        let grant = try await Tokens.verifier(issuer: "shop", audience: "tocsin")
            .verify(Tokens.token(claims), at: Tokens.now)
        #expect(
            try grant
                == Grant(
                    holder: Holder(
                        subject: Name("tiaz"), tokenID: "7",
                        issuedAt: Timestamp(milliseconds: Tokens.now.milliseconds - 1000)),
                    publish: [Permission("user:seo"), Permission("topic:orders/*")],
                    subscribe: [.everyone], isAdmin: true,
                    expiresAt: Timestamp(milliseconds: Tokens.now.milliseconds + 60_500)))
    }

    @Test("A token with a user only opens that user's stream, and nothing else")
    func subject() async throws {
        let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 1)
        let grant = try await Tokens.verifier().verify(Tokens.token(claims), at: Tokens.now)
        let (tiaz, seo) = (try Name("tiaz"), try Name("seo"))
        #expect(grant.missing(toListenTo: tiaz, topics: []) == nil)
        #expect(grant.missing(toListenTo: seo, topics: []) == .user(seo))
        #expect(grant.missing(toListenTo: tiaz, topics: [seo]) == .topic(seo))
        #expect(grant.missing(toListenTo: nil, topics: [tiaz]) == .topic(tiaz))
        #expect(grant.missing(toPublishTo: .user(tiaz)) == .user(tiaz))
        #expect(grant.missing(toPublishTo: .everyone) == .everyone)
        #expect(!grant.isAdmin)
    }

    @Test("Every address of an alarm needs a permission")
    func audience() async throws {
        let claims = TokenClaims(exp: Tokens.seconds + 1, tocsin: .init(publish: ["topic:a", "topic:b/*"]))
        let grant = try await Tokens.verifier().verify(Tokens.token(claims), at: Tokens.now)
        #expect(try grant.missing(toPublishTo: .topics(named: ["a", "b/1"])) == nil)
        #expect(try grant.missing(toPublishTo: .topics(named: ["a", "b/1", "c", "d"])) == Permission("topic:c"))
        #expect(try grant.missing(toPublishTo: .users(named: ["a"])) == Permission("user:a"))
        #expect(grant.holder.subject == nil)
    }

    @Test(
        "A token that is not valid is worth nothing, and it is said why",
        arguments: [
            (TokenClaims(sub: "a"), TokenFault.noExpiry),
            (TokenClaims(exp: Tokens.seconds), .expired(Tokens.now)),
            (TokenClaims(exp: -1e300), .time),
            (TokenClaims(exp: 1e300), .time),
            (
                TokenClaims(exp: Tokens.seconds + 9, nbf: Tokens.seconds + 1),
                .notYetValid(Timestamp(milliseconds: Tokens.now.milliseconds + 1000))
            ),
            (TokenClaims(exp: Tokens.seconds + 1, aud: .one("tocsin")), .issuer(nil)),
            (TokenClaims(exp: Tokens.seconds + 1, iss: "Shop", aud: .one("tocsin")), .issuer("Shop")),
            (TokenClaims(exp: Tokens.seconds + 1, iss: "shop"), .audience),
            (TokenClaims(exp: Tokens.seconds + 1, iss: "shop", aud: .several(["x", "tocsin "])), .audience),
            (
                TokenClaims(sub: "", exp: Tokens.seconds + 1, iss: "shop", aud: .one("tocsin")),
                .subject(InvalidName(reason: .empty))
            ),
            (
                TokenClaims(
                    exp: Tokens.seconds + 1, iss: "shop", aud: .one("tocsin"), tocsin: .init(subscribe: ["user"])),
                .permission(InvalidPermission(text: "user", reason: .form))
            ),
        ])
    func claims(claims: TokenClaims, fault: TokenFault) async throws {
        let verifier = try Tokens.verifier(issuer: "shop", audience: "tocsin")
        let token = try await Tokens.token(claims)
        #expect(throws: fault) { try verifier.verify(token, at: Tokens.now) }
        #expect(!fault.description.contains { $0.isNewline })
    }

    @Test("A token must be signed with the key, by the key's own algorithm")
    func signature() async throws {
        let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 60)
        let verifier = try Tokens.verifier()
        let good = try await Tokens.token(claims)
        let payload = #"{"sub":"tiaz","exp":1890000000}"#
        let other = try await Tokens.token(claims, secret: Array("another secret of more than 32 bytes".utf8))
        #expect(throws: TokenFault.signature) { try verifier.verify(other, at: Tokens.now) }
        let longer = try await Tokens.token(claims, secret: Tokens.secret + Tokens.secret, digest: .sha512)
        #expect(throws: TokenFault.algorithm("HS512")) { try verifier.verify(longer, at: Tokens.now) }
        for name in ["none", "None", "NONE", "nOnE", "RS256", "ES256", "EdDSA", "hs256", "HS384", ""] {
            let token = Tokens.unsigned(header: #"{"alg":"\#(name)"}"#, payload: payload)
            #expect(throws: TokenFault.algorithm(name)) { try verifier.verify(token, at: Tokens.now) }
        }
        let nameless = Tokens.unsigned(header: "{}", payload: payload)
        #expect(throws: TokenFault.algorithm(nil)) { try verifier.verify(nameless, at: Tokens.now) }
        let empty = Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: payload)
        #expect(throws: TokenFault.signature) { try verifier.verify(empty, at: Tokens.now) }
        let critical = try await Tokens.token(claims, header: ["crit": .array([.string("b64")])])
        #expect(throws: TokenFault.criticalHeader) { try verifier.verify(critical, at: Tokens.now) }
        for place in good.indices {
            var bad = good
            bad.replaceSubrange(place...place, with: good[place] == "A" ? "B" : "A")
            #expect(throws: TokenFault.self) { try verifier.verify(bad, at: Tokens.now) }
        }
        #expect(throws: Never.self) { try verifier.verify(good, at: Tokens.now) }
    }

    @Test(
        "What is no token is refused",
        arguments: [
            "", ".", "..", "...", "a.b.c", "a b", String(repeating: ".", count: 9000), "e30.e30", "e30.e30.e30.e30",
            Tokens.unsigned(header: #"{"alg":"none","alg":"HS256"}"#, payload: "{}"),
            Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: #"{"exp":1,"\u0065xp":2}"#),
            Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: #"{"tocsin":{"admin":false,"admin":true}}"#),
            "e30=.e30=.AA==", "e30.e30.A+A/", "e30.e30.AA==", "e30.e30.A", "e30 .e30.AA", "e30.e30.AA\n",
            Tokens.unsigned(header: "[]", payload: "{}"), Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: "[]"),
            Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: String(repeating: "[", count: 5000)),
            "\u{0}.\u{0}.\u{0}", "한국.어.어",
        ])
    func malformed(token: String) async throws {
        let verifier = try Tokens.verifier()
        #expect(throws: TokenFault.malformed) { try verifier.verify(token, at: Tokens.now) }
    }

    @Test(
        "A claim that is not what it has to be is named",
        arguments: [
            (#"{"exp":"soon"}"#, "exp"), (#"{"aud":7,"exp":1}"#, "aud"),
            (#"{"tocsin":{"publish":"*"}}"#, "tocsin.publish"),
            (#"{"tocsin":{"subscribe":["*",7]}}"#, "tocsin.subscribe"), (#"{"tocsin":{"admin":1}}"#, "tocsin.admin"),
            (#"{"tocsin":[]}"#, "tocsin"), (#"{"sub":7}"#, "sub"),
            (#"{"jti":["a"]}"#, "jti"), (#"{"nbf":true}"#, "nbf"),
        ])
    func claim(payload: String, name: String) async throws {
        let verifier = try Tokens.verifier()
        let token = Tokens.unsigned(header: #"{"alg":"HS256"}"#, payload: payload)
        #expect(throws: TokenFault.claim(name)) { try verifier.verify(token, at: Tokens.now) }
    }

    @Test(
        "What else is in a header does not matter, whatever it is",
        arguments: ["1e300", "-1e300", "9223372036854775808", "[[[[{}]]]]", "null", #"{"a":1e300}"#])
    func header(value: String) async throws {
        let verifier = try Tokens.verifier()
        let token = Tokens.unsigned(header: #"{"alg":"HS256","x":\#(value)}"#, payload: #"{"exp":1}"#)
        #expect(throws: TokenFault.signature) { try verifier.verify(token, at: Tokens.now) }
        let strange = Tokens.unsigned(header: #"{"alg":"HS256","kid":\#(value)}"#, payload: #"{"exp":1}"#)
        #expect(throws: TokenFault.signature) { try verifier.verify(strange, at: Tokens.now) }
        let nameless = Tokens.unsigned(header: #"{"alg":\#(value)}"#, payload: #"{"exp":1}"#)
        #expect(throws: TokenFault.algorithm(nil)) { try verifier.verify(nameless, at: Tokens.now) }
    }

    @Test("Issuer and audience are compared byte by byte")
    func bytes() async throws {
        let verifier = try Tokens.verifier(issuer: "caf\u{E9}", audience: "K")
        for (issuer, audience, isGood) in [
            ("caf\u{E9}", "K", true), ("cafe\u{301}", "K", false), ("caf\u{E9}", "\u{212A}", false),
        ] {
            let claims = TokenClaims(sub: "a", exp: Tokens.seconds + 1, iss: issuer, aud: .several(["x", audience]))
            let token = try await Tokens.token(claims)
            #expect((try? verifier.verify(token, at: Tokens.now)) != nil ? isGood : !isGood, "\(issuer) \(audience)")
        }
    }
}
