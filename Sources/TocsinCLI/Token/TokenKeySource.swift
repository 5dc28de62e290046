import TocsinAccess

/// Where the key lies that tokens are made or verified with.
enum TokenKeySource: Hashable, Sendable {
    case file(String)
    case secret(String)

    static let fileVariable = ServeOptions.tokenKeyFile.description.variable
    static let secretVariable = ServeOptions.tokenKey.description.variable

    /// - Parameters:
    ///   - file: from the command line, where it is there; it wins over the environment.
    ///   - environment: an empty variable counts as not given.
    /// - Returns: `nil` where there is none.
    /// - Throws: ``CommandFailure`` where the environment has both.
    init?(file: String?, environment: [String: String]) throws(CommandFailure) {
        if let file {
            self = .file(file)
            return
        }
        let environment = environment.filter { !$0.value.isEmpty }
        switch (environment[Self.fileVariable], environment[Self.secretVariable]) {
        case (let file?, nil): self = .file(file)
        case (nil, let secret?): self = try .checked(secret: secret)
        case (nil, nil): return nil
        case (_?, _?):
            throw CommandFailure(
                "\(Self.fileVariable) and \(Self.secretVariable) are both set; leave out \(Self.secretVariable), "
                    + "since a file keeps a secret better, or else \(Self.fileVariable)")
        }
    }

    /// A secret that was given itself.
    ///
    /// - Throws: ``CommandFailure`` for the path of a file, and for what is no secret.
    static func checked(secret: String) throws(CommandFailure) -> TokenKeySource {
        let looksLikePath =
            ["/", "./"].contains(where: secret.hasPrefix) || [".key", ".pem"].contains(where: secret.hasSuffix)
        if looksLikePath, SmallFile.exists(at: secret) {
            throw CommandFailure(
                "\(secretVariable) is the secret itself, and what was given is a file; give it with \(fileVariable)")
        }
        do throws(InvalidTokenKey) {
            _ = try TokenKey(secret: Array(secret.utf8))
        } catch {
            throw CommandFailure("\(secretVariable): \(error)")
        }
        return .secret(secret)
    }

    /// The variable that has the key; `nil` where none has.
    static func variable(in environment: [String: String]) -> String? {
        [fileVariable, secretVariable].first { environment[$0]?.isEmpty == false }
    }

    /// Reads what makes tokens.
    func signer() async throws(CommandFailure) -> TokenSigner {
        let bytes = try content()
        do throws(InvalidTokenKey) {
            return try await signer(bytes)
        } catch {
            throw CommandFailure("\(name): \(error)")
        }
    }

    /// Reads what a server verifies tokens with, which is no private key.
    func serverKey() async throws(CommandFailure) -> TokenKey {
        try await serverKey(try content())
    }

    /// Reads what tokens are checked with: the server's key, or the private one that it belongs to.
    func key() async throws(CommandFailure) -> TokenKey {
        // A pipe can be read once.
        let bytes = try content()
        if let signer = try? await signer(bytes) { return signer.key }
        return try await serverKey(bytes)
    }

    /// What it is called in messages, which never have a secret.
    private var name: String {
        switch self {
        case .file(let path): EventText.printable(path)
        case .secret: Self.secretVariable
        }
    }

    private func content() throws(CommandFailure) -> [UInt8] {
        switch self {
        case .file(let path):
            do throws(SmallFile.Unreadable) {
                return try SmallFile.bytes(at: path)
            } catch {
                throw CommandFailure("the key file \(name) \(error); give another with --token-key-file")
            }
        case .secret(let text): return Array(text.utf8)
        }
    }

    private func signer(_ bytes: [UInt8]) async throws(InvalidTokenKey) -> TokenSigner {
        switch self {
        case .file: try await TokenSigner(file: bytes)
        case .secret: try TokenSigner(secret: bytes)
        }
    }

    private func serverKey(_ bytes: [UInt8]) async throws(CommandFailure) -> TokenKey {
        do throws(InvalidTokenKey) {
            switch self {
            case .file: return try await TokenKey(file: bytes)
            case .secret: return try TokenKey(secret: bytes)
            }
        } catch {
            throw CommandFailure("\(name): \(error)")
        }
    }
}
