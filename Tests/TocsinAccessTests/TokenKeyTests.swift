import Crypto
import CryptoExtras
import JWTKit
import Testing
import Tocsin
import TocsinAccess

@Suite struct TokenKeyTests {
    private let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 60)

    private func verifier(_ file: String) async throws -> TokenVerifier {
        TokenVerifier(keys: [try await TokenKey(file: Array(file.utf8))])
    }

    @Test("A P-256 or Ed25519 public key verifies what its private key has signed, and no other algorithm")
    func publicKeys() async throws {
        let ecdsa = ES256PrivateKey()
        let ecdsaKeys = JWTKeyCollection()
        await ecdsaKeys.add(ecdsa: ecdsa)
        let ed25519 = try EdDSA.PrivateKey()
        let ed25519Keys = JWTKeyCollection()
        await ed25519Keys.add(eddsa: ed25519)

        let ecdsaVerifier = try await verifier(ecdsa.publicKey.pemRepresentation)
        let token = try await ecdsaKeys.sign(claims)
        #expect(try ecdsaVerifier.verify(token, at: Tokens.now).holder.subject?.string == "tiaz")
        let other = try await ed25519Keys.sign(claims)
        #expect(throws: TokenFault.algorithm("EdDSA")) { try ecdsaVerifier.verify(other, at: Tokens.now) }

        // The public key used as a secret, since everybody knows it.
        let confused = try await Tokens.token(claims, secret: Array(ecdsa.publicKey.pemRepresentation.utf8))
        #expect(throws: TokenFault.algorithm("HS256")) { try ecdsaVerifier.verify(confused, at: Tokens.now) }
        let header = Tokens.base64URL(Array(#"{"alg":"ES256"}"#.utf8))
        let renamed = "\(header)\(confused.drop { $0 != "." })"
        #expect(throws: TokenFault.signature) { try ecdsaVerifier.verify(renamed, at: Tokens.now) }
        let stranger = JWTKeyCollection()
        await stranger.add(ecdsa: ES256PrivateKey())
        let strange = try await stranger.sign(claims)
        #expect(throws: TokenFault.signature) { try ecdsaVerifier.verify(strange, at: Tokens.now) }
    }

    @Test("An RSA public key verifies RS256 only, and is no secret")
    func rsa() async throws {
        let key = try Insecure.RSA.PrivateKey(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
        let pem = key.publicKey.pemRepresentation
        let verifier = try await verifier(pem)
        let keys = JWTKeyCollection()
        await keys.add(rsa: key, digestAlgorithm: .sha256)
        #expect(try await verifier.verify(keys.sign(claims), at: Tokens.now).holder.subject?.string == "tiaz")
        let longer = JWTKeyCollection()
        await longer.add(rsa: key, digestAlgorithm: .sha512)
        let token = try await longer.sign(claims)
        #expect(throws: TokenFault.algorithm("RS512")) { try verifier.verify(token, at: Tokens.now) }
        let confused = try await Tokens.token(claims, secret: Array(pem.utf8))
        #expect(throws: TokenFault.algorithm("HS256")) { try verifier.verify(confused, at: Tokens.now) }
    }

    @Test("A secret has 32 bytes or more, without the line end of its file", arguments: ["", "\n", "\r\n"])
    func secrets(end: String) async throws {
        let secret = String(repeating: "s", count: 32)
        let token = try await Tokens.token(claims, secret: Array(secret.utf8))
        #expect(try await verifier(secret + end).verify(token, at: Tokens.now).holder.subject?.string == "tiaz")
        let error = await #expect(throws: InvalidTokenKey.self) { try await verifier(secret.dropLast() + end) }
        #expect(error?.reason == .shortSecret(31))
    }

    @Test("A private key and what is no key are refused")
    func refusals() async throws {
        let privateKey = P256.Signing.PrivateKey().pemRepresentation
        let error = await #expect(throws: InvalidTokenKey.self) { try await verifier(privateKey) }
        #expect(error?.reason == .privateKey)
        let none = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
        let unknown = await #expect(throws: InvalidTokenKey.self) { try await verifier(none) }
        #expect(unknown?.reason == .unknownKind)
        let larger = P384.Signing.PrivateKey().publicKey.pemRepresentation
        let wrong = await #expect(throws: InvalidTokenKey.self) { try await verifier(larger) }
        #expect(wrong?.reason == .unknownKind)
        let certificate = none.replacing("PUBLIC KEY", with: "CERTIFICATE")
        let outer = await #expect(throws: InvalidTokenKey.self) { try await verifier(certificate) }
        #expect(outer?.reason == .certificate)
    }

    @Test("A key in PEM is no secret, since others may know it")
    func secretInPEM() async throws {
        let pem = Array(P256.Signing.PrivateKey().publicKey.pemRepresentation.utf8)
        let error = #expect(throws: InvalidTokenKey.self) { try TokenKey(secret: pem) }
        #expect(error?.reason == .secretInPEM)
    }
}
