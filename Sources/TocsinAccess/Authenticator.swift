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
        let grant = try verifier.grant(for: token, at: now())
        guard !isRevoked(grant.holder) else { throw RefusedToken(.revoked, holder: grant.holder) }
        return grant
    }

    /// Whether a grant that was given is still good.
    ///
    /// - Throws: ``TokenFault`` where it expired, or its token was revoked or its key removed.
    package func check(_ grant: Grant) throws(TokenFault) {
        if let expiresAt = grant.expiresAt, now() >= expiresAt { throw .expired(expiresAt) }
        if grant.holder.key != nil, apiKeys?.isGood(grant) != true { throw .unknownAPIKey }
        guard !isRevoked(grant.holder) else { throw .revoked }
    }

    /// Whether tokens of a holder were revoked.
    package func isRevoked(_ holder: Holder) -> Bool {
        revocations?.isRevoked(holder) ?? false
    }
}
