import Crypto
import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// HMAC with SHA-256 (RFC 7518 3.2).
///
/// The algorithm of jwt-kit, which is for every hash, takes the key apart and looks types up for each token: that takes
/// several times as long as the hash.
struct HS256: JWTAlgorithm {
    let name = "HS256"
    /// Before the first byte of a message.
    private let keyed: HMAC<SHA256>

    init(secret: some Collection<UInt8>) {
        keyed = HMAC(key: SymmetricKey(data: Array(secret)))
    }

    func sign(_ plaintext: some DataProtocol) -> [UInt8] {
        Array(code(of: plaintext))
    }

    /// Compares in constant time.
    func verify(_ signature: some DataProtocol, signs plaintext: some DataProtocol) -> Bool {
        code(of: plaintext) == signature
    }

    private func code(of plaintext: some DataProtocol) -> HashedAuthenticationCode<SHA256> {
        var code = keyed
        code.update(data: plaintext)
        return code.finalize()
    }
}
