import JWTKit
package import Tocsin

/// Verifies tokens (RFC 7519, RFC 8725) and says what they allow. No clock, no waiting: it can be asked on an event loop.
package struct TokenVerifier: Sendable {
    private let keys: [TokenKey]
    private let rules: ClaimRules

    /// - Parameters:
    ///   - keys: at least one.
    ///   - issuer: what `iss` has to be, where given.
    ///   - audience: what `aud` has to contain, where given.
    package init(keys: [TokenKey], issuer: String? = nil, audience: String? = nil) {
        self.keys = keys
        self.rules = ClaimRules(issuer: issuer, audience: audience)
    }

    /// - Throws: ``TokenFault``, the first that there is: of its form, its key, its signature, and then of what it says.
    package func verify(_ token: String, at now: Timestamp) throws(TokenFault) -> Grant {
        let token = try SignedToken(token)
        try checkSignature(of: token)
        switch rules.judge(token.claims, at: now) {
        case .success(let grant): return grant
        case .failure(let faults): throw faults.first
        }
    }

    /// Whether a token was signed with one of the keys, whatever it says.
    ///
    /// - Throws: ``TokenFault`` where it was not.
    package func checkSignature(of token: SignedToken) throws(TokenFault) {
        guard !token.header.isCritical else { throw .criticalHeader }
        let key = try key(for: token.header)
        let isSigned = (try? key.algorithm.verify(token.signature, signs: token.signed)) ?? false
        guard isSigned else { throw .signature }
    }

    /// The key that a token says it was signed with, if it is one for the algorithm that the token names.
    private func key(for header: SignedToken.Header) throws(TokenFault) -> TokenKey {
        let id = header.keyID
        // One key that has no id is for all tokens. In a set, keys of different kinds may have the same id.
        let known = keys.count == 1 && keys[0].id == nil ? keys : keys.filter { $0.id == id && id != nil }
        guard !known.isEmpty else { throw .unknownKey(id) }
        // Compared with the key's, never the other way round: else a public key could be used as a secret.
        guard let key = known.first(where: { $0.algorithm.name == header.algorithm }) else {
            throw .algorithm(header.algorithm)
        }
        return key
    }
}
