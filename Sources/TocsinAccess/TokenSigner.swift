import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes tokens (RFC 7519) with a key, by that key's algorithm.
package struct TokenSigner: Sendable {
    /// What the tokens can be verified with.
    package let key: TokenKey

    private init(_ key: TokenKey) {
        self.key = key
    }

    /// A shared secret, for HS256.
    ///
    /// - Throws: ``InvalidTokenKey`` for one that is too short, or is a key that others may know.
    package init(secret: some Collection<UInt8>) throws(InvalidTokenKey) {
        self.init(try TokenKey(secret: secret))
    }

    /// What is in a file: a private key in PEM (RSA for RS256, P-256 for ES256, Ed25519 for EdDSA), else a secret, as for
    /// ``TokenKey/init(file:)``.
    ///
    /// - Throws: ``InvalidTokenKey`` for what is neither.
    package init(file bytes: [UInt8]) async throws(InvalidTokenKey) {
        switch try TokenKeyText(file: bytes) {
        case .secret(let secret): try self.init(secret: secret)
        case .publicPEM: throw InvalidTokenKey(reason: .publicKey)
        case .privatePEM(let text):
            guard !text.contains("ENCRYPTED") else { throw InvalidTokenKey(reason: .encryptedKey) }
            let keys = JWTKeyCollection()
            if let key = try? Insecure.RSA.PrivateKey(pem: text) {
                await keys.add(rsa: key, digestAlgorithm: .sha256)
            } else if let key = try? ES256PrivateKey(pem: text) {
                await keys.add(ecdsa: key)
            } else if let key = try? EdDSA.PrivateKey(pem: text) {
                await keys.add(eddsa: key)
            }
            self.init(TokenKey(id: nil, algorithm: try await TokenKey.only(of: keys, else: .unknownPrivateKind)))
        }
    }

    /// - Parameter keyID: by which the server finds the key in a set (`kid`).
    /// - Throws: where a number among the claims is none of JSON.
    package func sign(_ claims: TokenClaims, keyID: String? = nil) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = Header(alg: key.algorithm.name, kid: keyID, typ: "JWT")
        let signed = Base64URL.encoded(try encoder.encode(header)) + "." + Base64URL.encoded(try encoder.encode(claims))
        return signed + "." + Base64URL.encoded(try key.algorithm.sign(Array(signed.utf8)))
    }

    private struct Header: Encodable {
        let alg: String
        let kid: String?
        let typ: String
    }
}
