import TocsinAccess

/// By what keys tokens are verified, and what they must say besides.
struct AccessRules: Hashable, Sendable {
    enum Key: Hashable, Sendable {
        case file(String)
        case secret(String)
    }

    let key: Key
    let issuer: String?
    let audience: String?

    /// - Returns: `nil` where there is no key.
    /// - Throws: ``CommandFailure`` where there are two, or something is asked of tokens that nobody can verify.
    init?(_ options: OptionReader) throws(CommandFailure) {
        let file = try options.value(ServeOptions.tokenKeyFile)
        let secret = try options.value(ServeOptions.tokenKey)
        issuer = try options.value(ServeOptions.tokenIssuer)
        audience = try options.value(ServeOptions.tokenAudience)
        switch (file, secret) {
        case (let file?, nil): key = .file(file)
        case (nil, let secret?): key = .secret(secret)
        case (_?, _?):
            throw CommandFailure(
                "there are two keys for tokens, --token-key-file and \(ServeOptions.tokenKey.description.variable); "
                    + "leave one out")
        case (nil, nil):
            guard issuer == nil, audience == nil else {
                throw CommandFailure(
                    "--token-issuer and --token-audience need a key that tokens are verified with; "
                        + "give it with --token-key-file FILE")
            }
            return nil
        }
    }

    /// - Throws: ``CommandFailure`` where the key cannot be used.
    func authenticator() async throws(CommandFailure) -> Authenticator {
        let verifier = TokenVerifier(keys: [try await tokenKey()], issuer: issuer, audience: audience)
        return Authenticator(verifier: verifier)
    }

    private func tokenKey() async throws(CommandFailure) -> TokenKey {
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
