import JWTKit
import Tocsin
import TocsinAccess

/// What tests sign and verify tokens with.
enum Tokens {
    static let secret = Array("a secret of more than thirty-two bytes".utf8)
    /// In 2026.
    static let now = Timestamp(milliseconds: 1_790_000_000_000)
    static let seconds = 1_790_000_000.0

    static func verifier(issuer: String? = nil, audience: String? = nil) throws -> TokenVerifier {
        TokenVerifier(keys: [try TokenKey(secret: secret)], issuer: issuer, audience: audience)
    }

    static func token(
        _ claims: TokenClaims, secret: [UInt8] = secret, digest: DigestAlgorithm = .sha256, header: JWTHeader = [:]
    ) async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: digest)
        return try await keys.sign(claims, header: header)
    }

    /// A token of these texts, with a signature that is no good.
    static func unsigned(header: String, payload: String, signature: String = "") -> String {
        [header, payload, signature].map { base64URL(Array($0.utf8)) }.joined(separator: ".")
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var start = 0
        while start < bytes.count {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0...group.count { text.append(digits[value >> (18 - 6 * place) & 63]) }
            start += 3
        }
        return text
    }
}
