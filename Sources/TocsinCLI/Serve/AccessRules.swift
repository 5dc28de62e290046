import Logging
import Tocsin
import TocsinAccess

/// By what keys tokens are verified, and what they must say besides.
struct AccessRules: Hashable, Sendable {
    /// With it or ``keySet``, or both.
    let key: TokenKeySource?
    let keySet: KeySetLocation?
    let issuer: String?
    let audience: String?

    /// - Returns: `nil` where there is no key.
    /// - Throws: ``CommandFailure`` where one key is there twice, or something is asked of tokens that nobody can verify.
    init?(_ options: OptionReader) throws(CommandFailure) {
        try Self.checkVariables(options)
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
        key =
            if let secret { try TokenKeySource.checked(secret: secret) } else { file.map(TokenKeySource.file) }
        guard key == nil, keySet == nil else { return }
        guard issuer == nil, audience == nil else {
            throw CommandFailure(
                "--token-issuer and --token-audience need a key that tokens are verified with; "
                    + "give it with --token-key-file FILE or --jwks")
        }
        return nil
    }

    /// A provider signs tokens for each of its applications with the same keys.
    private static let anyAudience = """
        --jwks without --token-audience: a token of the same provider for any other application is taken too; give \
        --token-audience what the tokens for this server have in aud
        """

    /// - Throws: ``CommandFailure`` where a key cannot be used.
    func authenticator(logger: Logger) async throws -> Authenticator {
        let log = RecurringLog(logger)
        let keys = if let key { [try await key.serverKey()] } else { [TokenKey]() }
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
            if audience == nil { logger.warning("\(Self.anyAudience)") }
        }
        if case .file(let path)? = key, keys.contains(where: \.isSecret), SmallFile.isReadableByAnyone(at: path) {
            logger.warning(
                """
                the secret in \(path) can be read by every user of this machine, and whoever reads it can make tokens; \
                keep it to the server with 'chmod go-r'
                """)
        }
        return Authenticator(verifier: TokenVerifier(keys: keys, keySet: set, issuer: issuer, audience: audience))
    }
}

extension AccessRules {
    /// A key was meant, and got lost on the way: without one everybody could publish and listen.
    fileprivate static func checkVariables(_ options: OptionReader) throws(CommandFailure) {
        let keys = [
            ServeOptions.tokenKey.description, ServeOptions.tokenKeyFile.description, ServeOptions.jwks.description,
        ]
        for option in keys where options.isSetEmpty(option) {
            throw CommandFailure(
                "\(option.variable) is set and empty; give it the \(option.valueName) that it is for, or unset it, "
                    + "so that the server asks for no token")
        }
    }
}
