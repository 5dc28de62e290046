import JWTKit

/// A key that tokens are verified with, for one algorithm only, whatever a token says.
package struct TokenKey: Sendable {
    /// The least length of a secret, in bytes (RFC 7518 3.2).
    package static let minimumSecret = 32

    /// Its id in a key set (`kid`).
    package let id: String?
    let algorithm: any JWTAlgorithm
    /// By which it is known again when its set is read anew; `nil` for one that is of no set.
    let thumbprint: String?

    /// Whether who knows it can also make tokens.
    package var isSecret: Bool { algorithm is HS256 }

    init(id: String?, algorithm: any JWTAlgorithm, thumbprint: String? = nil) {
        self.id = id
        self.algorithm = algorithm
        self.thumbprint = thumbprint
    }

    /// A shared secret, for HS256.
    ///
    /// - Throws: ``InvalidTokenKey`` for one that is too short, or is a key that others may know.
    package init(secret: some Collection<UInt8>) throws(InvalidTokenKey) {
        if let form = KnownKeyForm(of: secret) { throw InvalidTokenKey(reason: form.reason) }
        guard secret.count >= Self.minimumSecret else { throw InvalidTokenKey(reason: .shortSecret(secret.count)) }
        self.init(id: nil, algorithm: HS256(secret: secret))
    }

    /// What is in a file: a public key in PEM (RSA for RS256, P-256 for ES256, Ed25519 for EdDSA), else a secret for HS256. The
    /// line end at a secret's end is not part of it.
    ///
    /// - Throws: ``InvalidTokenKey`` for what is neither.
    package init(file bytes: [UInt8]) async throws(InvalidTokenKey) {
        switch try TokenKeyText(file: bytes) {
        case .secret(let secret): try self.init(secret: secret)
        case .privatePEM: throw InvalidTokenKey(reason: .privateKey)
        case .publicPEM(let text):
            let keys = JWTKeyCollection()
            if let key = try? Insecure.RSA.PublicKey(pem: text) {
                await keys.add(rsa: key, digestAlgorithm: .sha256)
            } else if let key = try? ES256PublicKey(pem: text) {
                await keys.add(ecdsa: key)
            } else if let key = try? EdDSA.PublicKey(pem: text) {
                await keys.add(eddsa: key)
            }
            let reason: InvalidTokenKey.Reason = text.contains("-----BEGIN CERTIFICATE") ? .certificate : .unknownKind
            self.init(id: nil, algorithm: try await Self.only(of: keys, else: reason))
        }
    }

    /// The key of a collection that has one.
    ///
    /// - Throws: ``InvalidTokenKey`` for the reason where it has none.
    static func only(
        of keys: JWTKeyCollection, else reason: InvalidTokenKey.Reason
    ) async throws(InvalidTokenKey) -> any JWTAlgorithm {
        do {
            return try await keys.getKey()
        } catch {
            throw InvalidTokenKey(reason: reason)
        }
    }
}

/// Something that no token can be verified with, or signed.
package struct InvalidTokenKey: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case shortSecret(Int)
        case secretInPEM
        case secretInJSON
        case secretOfSSH
        case secretInDER
        case secretInBase64
        case secretInOtherText
        case privateKey
        case publicKey
        case certificate
        case encryptedKey
        case unknownKind
        case unknownPrivateKind
        case noSet
        case emptySet
    }

    package let reason: Reason

    package var description: String {
        switch reason {
        case .shortSecret(let count):
            """
            a secret has at least \(TokenKey.minimumSecret) bytes, this one has \(count); \
            make one with 'openssl rand -base64 32'
            """
        case .privateKey:
            "this is a private key, which only who makes tokens needs; give the public key, of 'openssl pkey -pubout'"
        case .secretInPEM: "this is a key in PEM and no secret; give the file that it is in"
        case .secretInJSON:
            """
            this is JSON and no secret; give a JSON Web Key Set with --jwks, and a single key as one, \
            {"keys": [KEY]}
            """
        case .secretOfSSH:
            "this is a key of SSH and no secret; give it in PEM, of 'ssh-keygen -e -m PKCS8 -f FILE'"
        case .secretInDER:
            "this is a key in DER and no secret; give it in PEM, of 'openssl pkey -pubin -inform DER -in FILE'"
        case .secretInBase64:
            "this is the base64 of a key and no secret; give the whole key in PEM, from -----BEGIN to the end of its END"
        case .secretInOtherText:
            "this is text in UTF-16, or begins with a byte order mark; save it as plain text, in UTF-8 without one"
        case .certificate:
            "this is a certificate; give the public key that is in it, of 'openssl x509 -pubkey -noout -in FILE'"
        case .publicKey: "this is a public key, which cannot sign; give the private key that it belongs to"
        case .encryptedKey:
            "this private key has a passphrase; write one without, with 'openssl pkey -in FILE -out NEW'"
        case .unknownPrivateKind: "this is no private key of RSA (2048 bits or more), P-256 or Ed25519"
        case .unknownKind: "this is no public key of RSA (2048 bits or more), P-256 or Ed25519"
        case .noSet: "this is no JSON Web Key Set; it is an object with an array of keys, {\"keys\": […]}"
        case .emptySet:
            "the key set has no public key for signatures; give it one of RSA (2048 bits or more), EC or Ed25519"
        }
    }
}
