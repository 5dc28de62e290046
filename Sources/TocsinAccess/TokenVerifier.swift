import JWTKit
package import Tocsin

/// Verifies tokens (RFC 7519, RFC 8725) and says what they allow. No clock, no waiting: it can be asked on an event loop.
package struct TokenVerifier: Sendable {
    private let keys: [TokenKey]
    let keySet: KeySet?
    private let rules: ClaimRules

    /// - Parameters:
    ///   - keys: those that stay the same.
    ///   - keySet: further ones.
    ///   - issuer: what `iss` has to be, where given.
    ///   - audience: what `aud` has to contain, where given.
    package init(keys: [TokenKey], keySet: KeySet? = nil, issuer: String? = nil, audience: String? = nil) {
        self.keys = keys
        self.keySet = keySet
        self.rules = ClaimRules(issuer: issuer, audience: audience)
    }

    /// - Throws: ``TokenFault``, the first that there is: of its form, its key, its signature, and then of what it says.
    package func verify(_ token: String, at now: Timestamp) throws(TokenFault) -> Grant {
        do throws(RefusedToken) {
            return try grant(for: token, at: now)
        } catch {
            throw error.fault
        }
    }

    /// As ``verify(_:at:)``, which also tells whose a token is that was signed and is not good.
    func grant(for text: String, at now: Timestamp) throws(RefusedToken) -> Grant {
        let (token, key): (SignedToken, TokenKey)
        do throws(TokenFault) {
            token = try SignedToken(text)
            key = try checkSignature(of: token)
        } catch {
            throw RefusedToken(error)
        }
        switch rules.judge(token.claims, signedWith: key.thumbprint, at: now) {
        case .success(let grant): return grant
        case .failure(let faults): throw RefusedToken(faults.first, holder: faults.holder)
        }
    }

    /// Whether a token was signed with one of the keys, whatever it says.
    ///
    /// - Returns: that key.
    /// - Throws: ``TokenFault`` where it was not.
    @discardableResult
    package func checkSignature(of token: SignedToken) throws(TokenFault) -> TokenKey {
        guard !token.header.isCritical else { throw .criticalHeader }
        let signer = try keys(for: token.header).first { key in
            (try? key.algorithm.verify(token.signature, signs: token.signed)) ?? false
        }
        guard let signer else { throw .signature }
        return signer
    }

    /// The keys that a token can have been signed with by what it says, which are for the algorithm that it names.
    ///
    /// - Returns: at least one.
    private func keys(for header: SignedToken.Header) throws(TokenFault) -> [TokenKey] {
        let id = header.keyID
        let keys = keys + (keySet?.keys ?? [])
        // A key alone need not be named. In a set, keys of different kinds may have the same id, or none.
        let isAlone = keys.count == 1 && (id == nil || keys[0].id == nil)
        let known = isAlone ? keys : keys.filter { key in key.id.map { id?.isSame(as: $0) == true } ?? (id == nil) }
        guard !known.isEmpty else { throw .unknownKey(id) }
        // Compared with the key's, never the other way round: else a public key could be used as a secret.
        let usable = known.filter { $0.algorithm.name == header.algorithm }
        guard !usable.isEmpty else { throw .algorithm(header.algorithm) }
        return usable
    }
}
