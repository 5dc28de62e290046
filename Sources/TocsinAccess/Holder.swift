package import Tocsin

/// Who has shown a token or a key: by this it is revoked, and named where it is written down what was done.
package struct Holder: Hashable, Sendable {
    /// The user that the token is for (`sub`).
    package let subject: Name?
    /// The token's own id (`jti`).
    package let tokenID: String?
    /// When the token was made (`iat`).
    package let issuedAt: Timestamp?
    /// The name of the API key.
    package let key: Name?
    /// The key of the key set that the token was signed with, by its thumbprint; `nil` for a key of no set.
    let signer: String?

    package init(
        subject: Name? = nil, tokenID: String? = nil, issuedAt: Timestamp? = nil, key: Name? = nil,
        signer: String? = nil
    ) {
        self.subject = subject
        self.tokenID = tokenID
        self.issuedAt = issuedAt
        self.key = key
        self.signer = signer
    }
}
