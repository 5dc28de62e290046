import Crypto
import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension TokenKey {
    /// The keys of a JSON Web Key Set (RFC 7517) that tokens can be verified with.
    ///
    /// A set may have keys of other kinds and for other uses, which are passed over. A key is for the algorithm that it names:
    /// RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA; where it names none, for the usual one of its
    /// kind: RS256, ES256, ES384, ES512 or EdDSA.
    ///
    /// - Returns: at least one.
    /// - Throws: ``InvalidTokenKey`` where there is none, or a private one among them.
    package static func keys(ofSet json: some Collection<UInt8>) async throws(InvalidTokenKey) -> [TokenKey] {
        guard let set = try? JSONDecoder().decode(KeySet.self, from: Data(json)) else {
            throw InvalidTokenKey(reason: .noSet)
        }
        guard !set.keys.contains(where: { $0.isPrivate }) else { throw InvalidTokenKey(reason: .privateKey) }
        var keys: [TokenKey] = []
        for entry in set.keys {
            if let key = await entry.key { keys.append(key) }
        }
        guard !keys.isEmpty else { throw InvalidTokenKey(reason: .emptySet) }
        return keys
    }

    private struct KeySet: Decodable {
        let keys: [Entry]
    }

    /// A key of a set, whatever its kind.
    private struct Entry: Decodable {
        private enum CodingKeys: String, CodingKey {
            case use, d, k, kid
            case operations = "key_ops"
        }

        let isPrivate: Bool
        private let jwk: JWK?
        private let id: String?

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            isPrivate = fields.contains(.d)
            id = try? fields.decode(String.self, forKey: .kid)
            let isForSignatures = (try? fields.decode(String.self, forKey: .use)).map { $0 == "sig" } ?? true
            let verifies =
                !fields.contains(.operations)
                || (try? fields.decode([String].self, forKey: .operations))?.contains("verify") == true
            // A secret in a set is for others: who can read the set could make tokens.
            jwk = isForSignatures && verifies && !fields.contains(.k) ? try? JWK(from: decoder) : nil
        }

        var key: TokenKey? {
            get async {
                guard var jwk, let algorithm = jwk.algorithm ?? jwk.usualAlgorithm, jwk.isLongEnough else { return nil }
                let id = JWKIdentifier(string: id ?? "")
                jwk.algorithm = algorithm
                jwk.keyIdentifier = id
                let keys = JWTKeyCollection()
                guard (try? await keys.add(jwk: jwk)) != nil, let key = try? await keys.getKey(for: id) else {
                    return nil
                }
                return TokenKey(id: self.id, algorithm: key, thumbprint: jwk.thumbprint)
            }
        }
    }
}

extension JWK {
    /// Of all of it that counts here: with another id or algorithm it is another key.
    fileprivate var thumbprint: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { Base64URL.encoded(Array(SHA256.hash(data: $0))) }
    }

    fileprivate var usualAlgorithm: Algorithm? {
        switch (keyType, curve) {
        case (.rsa, _): .rs256
        case (.ecdsa, .ecdsa(.p256)): .es256
        case (.ecdsa, .ecdsa(.p384)): .es384
        case (.ecdsa, .ecdsa(.p521)): .es512
        case (.octetKeyPair, .eddsa(.ed25519)): .eddsa
        default: nil
        }
    }

    /// An RSA key has 2048 bits or more, as in PEM; a digit of base64url has six.
    fileprivate var isLongEnough: Bool {
        keyType != .rsa || (modulus ?? "").utf8.count * 6 >= 2048
    }
}
