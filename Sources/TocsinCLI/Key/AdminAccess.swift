import ArgumentParser
import Tocsin
import TocsinAccess

/// Which server a command manages, and by which token.
struct AdminAccess: ParsableArguments {
    /// Seconds that a token is good that is made for one command.
    private static let life = 60

    @OptionGroup
    var options: ServerOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Key to make an admin's token with, as for 'tocsin token'.", valueName: "file"))
    var tokenKeyFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Who makes that token (iss), where the server has --token-issuer.", valueName: "name"))
    var issuer: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Which servers it is for (aud), where the server has --token-audience.", valueName: "name"))
    var audience: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The key's id in the server's key set, where it has one.", valueName: "id"))
    var keyID: String?

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue: Set<String> = [
        "--server", "--token", "--token-key-file", "--issuer", "--audience", "--key-id",
    ]

    func client(environment: [String: String]) async throws -> AdminClient {
        let making = try making()
        // What is on the command line is meant before what is in the environment.
        let environment =
            making == nil ? environment : environment.filter { $0.key != ServerAccess.tokenVariable }
        let access = try options.access(environment: environment)
        var token = access.token
        if token == nil {
            if let source = try TokenKeySource(file: tokenKeyFile, environment: environment) {
                token = try await self.token(by: try await source.signer(), at: .now())
            } else if let making {
                throw CommandFailure(
                    usage: "\(making) is for a token that is made, and its key is missing; give --token-key-file")
            }
        }
        return AdminClient(
            access: access, token: token, trustedCertificates: TrustedCertificates.file(environment),
            cure: cure(access, environment))
    }

    /// The first option that is there for a token that is made.
    private func making() throws(CommandFailure) -> String? {
        let names = [("--issuer", issuer), ("--audience", audience), ("--key-id", keyID)]
        let given = ([("--token-key-file", tokenKeyFile)] + names).filter { $0.1 != nil }.map(\.0)
        if options.access.token != nil, let first = given.first {
            throw CommandFailure(usage: "--token and \(first) are both there; leave one out")
        }
        for (flag, name) in names { try TokenRequest.checkName(flag, name) }
        return given.first
    }

    /// What to do where the server refuses.
    private func cure(_ access: ServerAccess, _ environment: [String: String]) -> RefusalCure {
        var cure = access.cure
        cure.noToken = "give the server's key with --token-key-file, or the token of an admin with --token"
        if access.token == nil {
            cure.badToken =
                "give the server's own key, and --issuer, --audience and --key-id where the server asks for them"
        }
        guard options.access.token == nil, access.token != nil,
            let variable = TokenKeySource.variable(in: environment)
        else {
            cure.littleToken = TokenCall(isAdmin: true).advice
            return cure
        }
        cure.littleToken =
            "\(ServerAccess.tokenVariable) was shown; unset it, so that one is made with \(variable)"
        cure.badToken = cure.littleToken
        return cure
    }

    private func token(by signer: TokenSigner, at now: Timestamp) async throws -> String {
        let request = TokenRequest(
            user: nil, publish: [], subscribe: [], isAdmin: true, life: Self.life, id: RandomID.make(), issuer: issuer,
            audience: audience)
        return try signer.sign(request.claims(at: now), keyID: keyID)
    }
}
