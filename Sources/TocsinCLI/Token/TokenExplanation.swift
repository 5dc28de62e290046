import Tocsin
import TocsinAccess

/// What a token says and may do, what is wrong with it, and whether a server takes it.
struct TokenExplanation {
    /// Whole lines, the last of which is the verdict.
    let text: String
    /// Whether a server with these keys takes it.
    let isGood: Bool

    /// - Parameters:
    ///   - token: the text, taken apart.
    ///   - keys: the server's, where they are known.
    ///   - issuer: what the server asks for.
    ///   - audience: what the server asks for.
    init(token: SignedToken, text: String, keys: ExplainingKeys, issuer: String?, audience: String?, now: Timestamp) {
        let verifier = keys.verifier(issuer: issuer, audience: audience)
        let signature = Self.signatureFault(of: token, verifier)
        var faults = signature.map { [$0] } ?? []
        if case .failure(let others) = ClaimRules(issuer: issuer, audience: audience).judge(token.claims, at: now) {
            faults += others.all
        }
        var lines = Self.saying(token, now)
        lines.append("signature: " + (signature != nil ? "not good" : verifier == nil ? "not checked" : "good"))
        lines += faults.map { "wrong: \($0)" }
        lines += TokenNotes(text: text, claims: token.claims).all.map { "note: \($0)" }
        let verdict = Self.verdict(text, verifier, of: keys.server, faults, now)
        isGood = verdict.isGood
        self.text = (lines + [verdict.line]).map { EventText.printable($0) + "\n" }.joined()
    }

    /// What can be said of how it was signed; without a key that is little.
    private static func signatureFault(of token: SignedToken, _ verifier: TokenVerifier?) -> TokenFault? {
        guard let verifier else {
            if token.header.isCritical { return .criticalHeader }
            let algorithm = token.header.algorithm
            return algorithm.map { $0.lowercased() == "none" } ?? true ? .algorithm(algorithm) : nil
        }
        do throws(TokenFault) {
            try verifier.checkSignature(of: token)
            return nil
        } catch {
            return error
        }
    }

    /// The server's own code judges, where the keys are known.
    private static func verdict(
        _ text: String, _ verifier: TokenVerifier?, of server: String, _ faults: [TokenFault], _ now: Timestamp
    ) -> (line: String, isGood: Bool) {
        guard let verifier else {
            if let fault = faults.first { return ("not good: \(fault.advice)", false) }
            return (
                "not known: nothing that it says is wrong, but its signature was not checked; "
                    + "give the server's key with --token-key-file or --jwks", false
            )
        }
        do throws(TokenFault) {
            let grant = try verifier.verify(text, at: now)
            let end = grant.expiresAt.map { ", until \($0.rfc3339)" } ?? ""
            let use = grant.allowsNothing ? "; but it allows nothing" : ""
            return ("good: \(server) takes it\(end), unless it is revoked\(use)", true)
        } catch {
            return ("not good: \(error.advice)", false)
        }
    }

    /// What it says, whoever has signed it.
    private static func saying(_ token: SignedToken, _ now: Timestamp) -> [String] {
        let claims = token.claims
        let texts = [
            ("algorithm", token.header.algorithm), ("key id", token.header.keyID), ("user", claims.sub),
            ("token id", claims.jti), ("issuer", claims.iss),
        ]
        var lines = texts.compactMap { name, text in text.map { "\(name): \($0)" } }
        lines += (claims.aud?.all ?? []).map { "audience: \($0)" }
        for (name, seconds) in [("made at", claims.iat), ("valid from", claims.nbf)] {
            if let seconds { lines.append("\(name): \(time(seconds, now))") }
        }
        lines.append("expires at: " + (claims.exp.map { time($0, now) } ?? "never"))
        let publish = (claims.tocsin?.publish ?? []).map(permission)
        lines += (publish.isEmpty ? ["nothing"] : publish).map { "may publish to: \($0)" }
        let user = claims.sub.flatMap { try? Name($0) }
        let own = user.map { ["the stream of \($0), with what is for everyone"] } ?? []
        let subscribe = own + (claims.tocsin?.subscribe ?? []).map(permission)
        lines += (subscribe.isEmpty ? ["nothing"] : subscribe).map { "may listen to: \($0)" }
        return lines + ["admin: \(claims.tocsin?.admin == true ? "yes" : "no")"]
    }

    private static func time(_ seconds: Double, _ now: Timestamp) -> String {
        guard let time = TokenClaims.time(seconds) else { return "\(seconds), which is no time" }
        return "\(time.rfc3339) (\(TimeDistance(time: time, now: now)))"
    }

    private static func permission(_ text: String) -> String {
        switch try? Permission(text) {
        case nil: "\(text.debugDescription), which is no permission"
        case .anything: "\(text) (anything)"
        case .topicsBelow(let prefix): "\(text) (every topic below \(prefix))"
        case .topic(let name) where name.string.hasSuffix("*"):
            "\(text) (this one topic\(below(name)))"
        case .user(let name) where name.string.hasSuffix("*"): "\(text) (this one user)"
        case .user, .topic, .everyone: text
        }
    }

    /// How to write what somebody may have meant by a star at the end of a topic's name.
    private static func below(_ name: Name) -> String {
        let end = name.string.lastIndex { $0 != "*" && $0 != "/" }
        return end.map { "; topic:\(name.string[...$0])/* is every topic below \(name.string[...$0])" } ?? ""
    }
}

extension Grant {
    fileprivate var allowsNothing: Bool {
        holder.subject == nil && publish.isEmpty && subscribe.isEmpty && !isAdmin
    }
}
