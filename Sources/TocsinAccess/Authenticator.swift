package import Tocsin

/// Tells who shows a token, and what they may do. No waiting: it is asked on event loops.
package struct Authenticator: Sendable {
    private let verifier: TokenVerifier
    private let now: WallClock

    package init(verifier: TokenVerifier, now: @escaping WallClock = Timestamp.now) {
        self.verifier = verifier
        self.now = now
    }

    /// Whether tokens of a holder were revoked.
    package func isRevoked(_ holder: Holder) -> Bool { false }

    /// - Throws: ``TokenFault`` where the token is worth nothing.
    package func grant(for token: String) throws(TokenFault) -> Grant {
        try verifier.verify(token, at: now())
    }

    /// Keys that are not known yet.
    package var keySet: KeySet? { verifier.keySet }
}
