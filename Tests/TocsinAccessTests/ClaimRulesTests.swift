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
}
