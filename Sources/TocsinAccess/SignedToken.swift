/// A token taken apart (RFC 7515 7.1). Nothing of it is to be believed yet.
package struct SignedToken: Sendable {
    /// How it says that it was signed. What else is in the header is not looked at.
    package struct Header: Hashable, Sendable {
        package var algorithm: String?
        package var keyID: String?
        /// Whether it asks for something that has to be understood (RFC 7515 4.1.11).
        package var isCritical: Bool
    }

    package let header: Header
    package let claims: TokenClaims
    /// What the signature is for.
    let signed: ArraySlice<UInt8>
    let signature: [UInt8]

    /// - Throws: ``TokenFault/malformed``, or ``TokenFault/claim(_:)`` for a claim that is something else than it has to be.
    package init(_ text: String) throws(TokenFault) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decoded(parts[0]), let payload = Base64URL.decoded(parts[1]),
            let signature = Base64URL.decoded(parts[2])
        else {
            throw .malformed
        }
        self.header = try TokenJSON.header(header)
        claims = try TokenJSON.claims(payload)
        signed = bytes[..<parts[1].endIndex]
        self.signature = signature
    }
}
