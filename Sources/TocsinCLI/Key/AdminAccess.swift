import ArgumentParser
import Tocsin
import TocsinAccess

/// Which server a command manages, and by which token.
struct AdminAccess: ParsableArguments {
    /// Seconds that a token is good that is made for one command.
    private static let life: Int64 = 60

    @OptionGroup
    var options: ServerOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Key to make an admin's token with, as for 'tocsin token'.", valueName: "file"))
    var tokenKeyFile: String?

    func client(environment: [String: String]) async throws -> AdminClient {
        guard options.access.token == nil || tokenKeyFile == nil else {
            throw CommandFailure(usage: "--token and --token-key-file are both there; leave one out")
        }
        // What is on the command line is meant before what is in the environment.
        let environment =
            tokenKeyFile == nil ? environment : environment.filter { $0.key != ServerAccess.tokenVariable }
        let access = try options.access(environment: environment)
        var token = access.token
        if token == nil, let source = try TokenKeySource(file: tokenKeyFile, environment: environment) {
            token = try await Self.token(by: try await source.signer(), at: .now())
        }
        return AdminClient(
            access: access, token: token, trustedCertificates: TrustedCertificates.file(environment))
    }

    private static func token(by signer: TokenSigner, at now: Timestamp) async throws -> String {
        let second = now.milliseconds / 1000
        let claims = TokenClaims(
            exp: Double(second + life), iat: Double(second), jti: RandomID.make(), tocsin: .init(admin: true))
        return try signer.sign(claims)
    }
}
