import Crypto
import Foundation

/// Tokens, right and wrong, made by hand.
struct TestToken: Sendable {
    static let secret = "a secret of more than thirty-two bytes"

    /// When the tests began, which can be a while ago, in whole seconds since 1970.
    static let now = Int(Date().timeIntervalSince1970)

    /// Of one user, for an hour.
    static func of(_ user: String, _ access: String? = nil) -> String {
        let tocsin = access.map { ",\"tocsin\":\($0)" } ?? ""
        return signed("{\"sub\":\"\(user)\",\"exp\":\(now + 3600)\(tocsin)}")
    }

    /// Of no user, with these members of `"tocsin"`.
    static func allowing(_ access: String) -> String {
        signed("{\"exp\":\(now + 3600),\"tocsin\":{\(access)}}")
    }

    /// - Parameters:
    ///   - claims: JSON, or what passes for it.
    ///   - header: JSON.
    static func signed(
        _ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#, secret: String = secret
    ) -> String {
        let signed = "\(encoded(Array(header.utf8))).\(encoded(Array(claims.utf8)))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return "\(signed).\(encoded(Array(code)))"
    }

    static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
