import Tocsin
import TocsinAccess

extension TokenCommand {
    /// Makes the token that the command line asks for.
    func token(environment: [String: String], at now: Timestamp) async throws -> String {
        let claims = try request().claims(at: now)
        guard let source = try TokenKeySource(file: tokenKeyFile, environment: environment) else {
            throw CommandFailure(
                usage: "the key is missing; give --token-key-file, or one of the variables "
                    + "\(TokenKeySource.fileVariable) and \(TokenKeySource.secretVariable)")
        }
        return try await source.signer().sign(claims, keyID: keyID)
    }

    /// What the command line asks for.
    func request() throws(CommandFailure) -> TokenRequest {
        for (flag, value) in [("--jwks", jwks), ("--token-issuer", tokenIssuer), ("--token-audience", tokenAudience)] {
            guard value == nil else {
                throw CommandFailure(
                    usage: "\(flag) goes with --explain; a token is made with --token-key-file, --issuer, --audience")
            }
        }
        guard user != nil || !publish.isEmpty || !subscribe.isEmpty || admin else {
            throw CommandFailure(
                usage: "what the token is for is missing; give --user, --publish, --subscribe or --admin")
        }
        // An id that is no name could not be told to a server, to revoke the token.
        let names = [
            ("--user", user), ("--id", id), ("--issuer", issuer), ("--audience", audience), ("--key-id", keyID),
        ]
        for (flag, name) in names { try TokenRequest.checkName(flag, name) }
        return TokenRequest(
            user: user, publish: try Self.permissions("--publish", publish),
            subscribe: try Self.permissions("--subscribe", subscribe), isAdmin: admin,
            life: try TokenRequest.life(expires), id: id ?? RandomID.make(), issuer: issuer, audience: audience)
    }

    private static func permissions(_ flag: String, _ texts: [String]) throws(CommandFailure) -> [Permission] {
        var permissions: [Permission] = []
        for text in texts {
            do throws(InvalidPermission) {
                permissions.append(try Permission(text))
            } catch {
                throw CommandFailure(usage: EventText.printable("\(flag): \(error)"))
            }
        }
        return permissions
    }
}
