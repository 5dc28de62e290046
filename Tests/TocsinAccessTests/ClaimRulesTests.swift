import Testing
@testable import Tocsin
@testable import TocsinAccess

@Suite struct ClaimRulesTests {
    private let rules = ClaimRules(issuer: "shop", audience: "tocsin")

    private func faults(_ claims: TokenClaims) -> [TokenFault] {
        guard case .failure(let faults) = rules.judge(claims, at: Tokens.now) else { return [] }
        #expect(faults.first == faults.all.first)
        return faults.all
    }

    @Test("Everything that is wrong is found, in the order in which it is asked for")
    func all() throws {
        let claims = TokenClaims(
            sub: "", exp: Tokens.seconds, nbf: Tokens.seconds + 1, iat: 1e300, iss: "x",
            tocsin: .init(publish: ["user:a", "user", "topic:*"], subscribe: ["Everyone"]))
        #expect(
            faults(claims) == [
                .expired(Tokens.now), .notYetValid(Timestamp(milliseconds: Tokens.now.milliseconds + 1000)),
                .issuer("x"), .audience, .time, .subject(InvalidName(reason: .empty)),
                .permission(InvalidPermission(text: "user", reason: .form)),
                .permission(InvalidPermission(text: "topic:*", reason: .star)),
                .permission(InvalidPermission(text: "Everyone", reason: .form)),
            ])
        #expect(faults(TokenClaims()) == [.noExpiry, .issuer(nil), .audience])
    }

    @Test("Where nothing is wrong there is a grant")
    func none() throws {
        let claims = TokenClaims(exp: Tokens.seconds + 1, iss: "shop", aud: .several(["x", "tocsin"]))
        #expect(try rules.judge(claims, at: Tokens.now).get().holder.subject == nil)
        #expect(faults(claims).isEmpty)
    }

    @Test(
        "A time in milliseconds is told as such, and none makes a token good for ever or spares it from revocations",
        arguments: [
            ("exp", Tokens.seconds * 1000, TokenFault.time), ("iat", Tokens.seconds * 1000, .time),
            ("nbf", Tokens.seconds * 1000, .time), ("exp", 253_402_300_800, .time), ("exp", 253_402_300_799, nil),
            ("iat", Tokens.seconds + 60, nil),
            ("iat", Tokens.seconds + 60.5, .issuedLater(Timestamp(milliseconds: 1_790_000_060_500))),
        ] as [(String, Double, TokenFault?)])
    func times(claim: String, seconds: Double, fault: TokenFault?) {
        let claims = TokenClaims(
            exp: claim == "exp" ? seconds : Tokens.seconds + 1, nbf: claim == "nbf" ? seconds : nil,
            iat: claim == "iat" ? seconds : nil, iss: "shop", aud: .one("tocsin"))
        #expect(faults(claims) == (fault.map { [$0] } ?? []))
    }

    @Test(
        "A token's id is one by which it can be revoked",
        arguments: ["", "a\nb", String(repeating: "x", count: 257), String(repeating: "x", count: 256), "\u{e9} 1"])
    func ids(id: String) {
        let claims = TokenClaims(exp: Tokens.seconds + 1, iss: "shop", aud: .one("tocsin"), jti: id)
        var error: InvalidName?
        do throws(InvalidName) { _ = try Name(id) } catch let invalid { error = invalid }
        #expect(faults(claims) == (error.map { [.tokenID($0)] } ?? []))
    }
}
