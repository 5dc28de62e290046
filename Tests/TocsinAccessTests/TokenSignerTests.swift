import Crypto
import CryptoExtras
import Testing
import Tocsin
import TocsinAccess

@Suite struct TokenSignerTests {
    private let claims = TokenClaims(
        sub: "김/tiaz", exp: Tokens.seconds + 60, iat: Tokens.seconds, jti: "7",
        tocsin: .init(publish: ["topic:orders/*"], admin: true))

    private func signer(_ file: String) async throws -> TokenSigner {
        try await TokenSigner(file: Array(file.utf8))
    }

    /// Verifies with what the server has, not with what the signer keeps.
    private func expectTaken(_ signer: TokenSigner, key file: String, algorithm: String) async throws {
        let verifier = TokenVerifier(keys: [try await TokenKey(file: Array(file.utf8))])
        let token = try signer.sign(claims, keyID: "a")
        #expect(try verifier.verify(token, at: Tokens.now).holder.tokenID == "7")
        let parts = try SignedToken(token)
        #expect(parts.claims == claims)
        #expect(parts.header.algorithm == algorithm)
        #expect(parts.header.keyID == "a")
        #expect(try SignedToken(signer.sign(claims)).header.keyID == nil)
        let own = TokenVerifier(keys: [signer.key])
        #expect(throws: Never.self) { try own.verify(token, at: Tokens.now) }
    }

    @Test("What a secret signs, the same secret verifies", arguments: ["", "\n", "\r\n"])
    func secret(end: String) async throws {
        let secret = String(decoding: Tokens.secret, as: UTF8.self)
        try await expectTaken(signer(secret + end), key: secret, algorithm: "HS256")
        try await expectTaken(TokenSigner(secret: Tokens.secret), key: secret, algorithm: "HS256")
    }

    @Test("What a private key signs, its public key verifies")
    func privateKeys() async throws {
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        try await expectTaken(
            signer(rsa.pemRepresentation), key: rsa.publicKey.pemRepresentation, algorithm: "RS256")
        try await expectTaken(
            signer(rsa.pkcs8PEMRepresentation), key: rsa.publicKey.pemRepresentation, algorithm: "RS256")
        let ecdsa = P256.Signing.PrivateKey()
        try await expectTaken(
            signer(ecdsa.pemRepresentation), key: ecdsa.publicKey.pemRepresentation, algorithm: "ES256")
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        try await expectTaken(
            signer(parameters + ecdsa.pemRepresentation + "\n" + ecdsa.publicKey.pemRepresentation),
            key: ecdsa.publicKey.pemRepresentation, algorithm: "ES256")
        let ed25519 = Curve25519.Signing.PrivateKey()
        try await expectTaken(
            signer(ed25519.pemRepresentation), key: ed25519.publicKey.pemRepresentation, algorithm: "EdDSA")
    }

    @Test(
        "What cannot sign is refused",
        arguments: [
            (P256.Signing.PrivateKey().publicKey.pemRepresentation, InvalidTokenKey.Reason.publicKey),
            (P384.Signing.PrivateKey().pemRepresentation, .unknownPrivateKind),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", .unknownPrivateKind),
            ("-----BEGIN PRIVATE KEY-----\n", .unknownPrivateKind),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", .encryptedKey),
            ("too short\n", .shortSecret(9)), ("", .shortSecret(0)),
        ])
    func refusals(file: String, reason: InvalidTokenKey.Reason) async throws {
        let error = await #expect(throws: InvalidTokenKey.self) { try await signer(file) }
        #expect(error?.reason == reason)
    }
}
