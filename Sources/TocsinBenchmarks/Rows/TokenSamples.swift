import Crypto
import CryptoExtras
import Foundation

/// Tokens of one algorithm, each for a user of its own, and what a server verifies them with.
struct TokenSamples {
    let algorithm: String
    /// The content of the file for `--token-key-file`.
    let key: String
    let tokens: [String]

    static func hs256(_ count: Int) -> TokenSamples {
        let secret = "a secret of more than thirty-two bytes"
        let key = SymmetricKey(data: Data(secret.utf8))
        return TokenSamples("HS256", key: secret, count) { Data(HMAC<SHA256>.authenticationCode(for: $0, using: key)) }
    }

    static func rs256(_ count: Int) throws -> TokenSamples {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        return try TokenSamples("RS256", key: key.publicKey.pemRepresentation, count) {
            try key.signature(for: $0, padding: .insecurePKCS1v1_5).rawRepresentation
        }
    }

    static func es256(_ count: Int) throws -> TokenSamples {
        let key = P256.Signing.PrivateKey()
        return try TokenSamples("ES256", key: key.publicKey.pemRepresentation, count) {
            try key.signature(for: $0).rawRepresentation
        }
    }

    static func edDSA(_ count: Int) throws -> TokenSamples {
        let key = Curve25519.Signing.PrivateKey()
        // What says that it is such a key (RFC 8410 4).
        let der = Data([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00])
        let pem = (der + key.publicKey.rawRepresentation).base64EncodedString()
        return try TokenSamples(
            "EdDSA", key: "-----BEGIN PUBLIC KEY-----\n\(pem)\n-----END PUBLIC KEY-----\n", count
        ) {
            try key.signature(for: $0)
        }
    }

    private init(
        _ algorithm: String, key: String, _ count: Int, signature: (Data) throws -> Data
    ) rethrows {
        let now = Int(Date().timeIntervalSince1970)
        let header = Self.url(Data("{\"alg\":\"\(algorithm)\",\"typ\":\"JWT\"}".utf8))
        self.algorithm = algorithm
        self.key = key
        tokens = try (0..<count).map { index in
            let claims = "{\"sub\":\"bench-\(index)\",\"exp\":\(now + 86_400),\"iat\":\(now),\"jti\":\"\(index)\"}"
            let signed = "\(header).\(Self.url(Data(claims.utf8)))"
            return "\(signed).\(Self.url(try signature(Data(signed.utf8))))"
        }
    }

    private static func url(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
