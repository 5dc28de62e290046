import Logging
import Tocsin
import TocsinAccess

/// By what keys tokens are verified, and what they must say besides.
struct AccessRules: Hashable, Sendable {
    enum Key: Hashable, Sendable {
        case file(String)
        case secret(String)
    }

    /// With it or ``keySet``, or both.
    let key: Key?
    let keySet: KeySetLocation?
    let issuer: String?
    let audience: String?

    /// - Returns: `nil` where there is no key.
    /// - Throws: ``CommandFailure`` where one key is there twice, or something is asked of tokens that nobody can verify.
    init?(_ options: OptionReader) throws(CommandFailure) {
        let file = try options.value(ServeOptions.tokenKeyFile)
        let secret = try options.value(ServeOptions.tokenKey)
        keySet = try options.value(ServeOptions.jwks)
        issuer = try options.value(ServeOptions.tokenIssuer)
        audience = try options.value(ServeOptions.tokenAudience)
        guard file == nil || secret == nil else {
            throw CommandFailure(
                "there are two keys for tokens, --token-key-file and \(ServeOptions.tokenKey.description.variable); "
                    + "leave one out")
        }
        key = file.map(Key.file) ?? secret.map(Key.secret)
        guard key == nil, keySet == nil else { return }
        guard issuer == nil, audience == nil else {
            throw CommandFailure(
                "--token-issuer and --token-audience need a key that tokens are verified with; "
                    + "give it with --token-key-file FILE or --jwks")
        }
        return nil
    }

    /// - Throws: ``CommandFailure`` where a key cannot be used.
    func authenticator(logger: Logger) async throws -> Authenticator {
        let log = RecurringLog(logger)
        let keys = if let key { [try await Self.read(key)] } else { [TokenKey]() }
        var set: KeySet?
        if let keySet {
            do {
                set = try await KeySet { reason in
                    log.log(.warning, "the keys of tokens were not read anew, so those that there are stay: \(reason)")
                } load: {
                    try await keySet.read()
                }
            } catch let error as InvalidTokenKey {
                throw CommandFailure("--jwks \(keySet): \(error)")
            }
        }
        return Authenticator(verifier: TokenVerifier(keys: keys, keySet: set, issuer: issuer, audience: audience))
    }

    private static func read(_ key: Key) async throws(CommandFailure) -> TokenKey {
        switch key {
        case .secret(let secret):
            do throws(InvalidTokenKey) {
                return try await TokenKey(secret: Array(secret.utf8))
            } catch {
                throw CommandFailure("\(ServeOptions.tokenKey.description.variable): \(error)")
            }
        case .file(let path):
            let bytes: [UInt8]
            do throws(SmallFile.Unreadable) {
                bytes = try SmallFile.bytes(at: path)
            } catch {
                throw CommandFailure("--token-key-file \(path) \(error); give the path of a secret or a public key")
            }
            do throws(InvalidTokenKey) {
                return try await TokenKey(file: bytes)
            } catch {
                throw CommandFailure("--token-key-file \(path): \(error)")
            }
        }
    }
}
