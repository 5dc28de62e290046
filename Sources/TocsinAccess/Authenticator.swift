package import Tocsin

/// Tells who shows a token or a key, and what they may do. No waiting: it is asked on event loops.
package struct Authenticator: Sendable {
    private let verifier: TokenVerifier
    private let now: WallClock
    /// What is worth nothing any more; `nil` where nothing can be revoked.
    package private(set) var revocations: Revocations?
    /// `nil` where there are none.
    package private(set) var apiKeys: APIKeys?

    package init(verifier: TokenVerifier, now: @escaping WallClock = Timestamp.now) {
        self.verifier = verifier
        self.now = now
    }

    /// The same, with revocations and API keys that are kept in a store.
    ///
    /// - Throws: `JournalError` where what is kept cannot be read.
    package func keeping(in store: any RecordStore) async throws(JournalError) -> Authenticator {
        var copy = self
        copy.revocations = try await Revocations(store: store, now: now)
        copy.apiKeys = try await APIKeys(store: store, now: now)
        return copy
    }

    /// Keys that tokens can name and that are not known yet come from here.
    package var keySet: KeySet? { verifier.keySet }

    /// - Parameter token: a token, or an API key.
    /// - Throws: ``RefusedToken`` where it is worth nothing.
    package func grant(for token: String) throws(RefusedToken) -> Grant {
        if APIKeys.looksLikeKey(token) {
            guard let grant = apiKeys?.grant(for: token) else { throw RefusedToken(.unknownAPIKey) }
            return grant
        }
        let now = now()
        let grant = try verifier.grant(for: token, at: now)
        if let fault = fault(of: grant.holder) { throw RefusedToken(fault, holder: grant.holder) }
        if let issuedAt = grant.holder.issuedAt, issuedAt > now { revocations?.clockIsAhead(by: issuedAt) }
        return grant
    }

    /// Whether a grant that was given is still good.
    ///
    /// - Throws: ``TokenFault`` where it expired, or its token was revoked or a key removed.
    package func check(_ grant: Grant) throws(TokenFault) {
        if let expiresAt = grant.expiresAt, now() >= expiresAt { throw .expired(expiresAt) }
        if grant.holder.key != nil, apiKeys?.isGood(grant) != true { throw .unknownAPIKey }
        if let fault = fault(of: grant.holder) { throw fault }
    }

    /// Whether streams with a pass are to end: the token that they were let in with was revoked, or its key has left the key
    /// set.
    package func isRevoked(_ pass: StreamPass) -> Bool {
        guard let holder = pass.holder as? Holder else { return false }
        return fault(of: holder) != nil
    }

    private func fault(of holder: Holder) -> TokenFault? {
        if let signer = holder.signer, keySet?.has(signer) != true { return .removedKey }
        guard let revocations, revocations.isRevoked(holder) else { return nil }
        return holder.issuedAt == nil && revocations.hasRevokedUser(of: holder) ? .revokedUser : .revoked
    }
}
