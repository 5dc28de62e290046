import ArgumentParser
import Foundation
import Tocsin

/// `tocsin token`: makes an access token, or explains one.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make an access token, or explain one.",
        usage: """
            tocsin token [--user U] [--publish P]... [--subscribe S]... [--admin]
                         [--expires D] [--id ID] [--issuer I] [--audience A]
                         [--key-id ID] --token-key-file FILE
            tocsin token --explain TOKEN [--token-key-file FILE | --jwks FILE|URL]
                         [--token-issuer I] [--token-audience A]
            """,
        discussion: """
            It prints a JSON Web Token, which servers take that have its key. A key file holds a secret of 32 bytes or \
            more, which the server has too, or a private key in PEM: RSA of 2048 bits or more, P-256 or Ed25519, of \
            which the server has the public one. The variable \(TokenKeySource.fileVariable) names the file, or \
            \(TokenKeySource.secretVariable) is the secret itself.

            A permission is user:ID, topic:NAME, topic:orders/* for what is below a name, everyone, or * for anything. \
            A token for a user opens that user's stream without one.

            With --explain it tells what a token may do, what is wrong with it, and in the last line whether a server \
            with the key takes it; the exit status is 0 then, else 1.
            """)

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue: Set<String> = [
        "--user", "--publish", "--subscribe", "--expires", "--id", "--issuer", "--audience", "--key-id",
        "--token-key-file", "--explain", "--jwks", "--token-issuer", "--token-audience",
    ]

    @Option(parsing: .unconditional, help: ArgumentHelp("The user that it is for.", valueName: "name"))
    var user: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("To whom it may publish; may be repeated.", valueName: "permission"))
    var publish: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("To what else it may listen; may be repeated.", valueName: "permission"))
    var subscribe: [String] = []

    @Flag(help: "It may look into the server and manage access.")
    var admin = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long it is good: seconds, or 30s, 5m, 12h, 7d (default: \(TokenRequest.usualLife)).",
            valueName: "duration"))
    var expires: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Its own id, by which it can be revoked (default: a random one).", valueName: "id"))
    var id: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Who makes it (iss).", valueName: "name"))
    var issuer: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Which servers it is for (aud).", valueName: "name"))
    var audience: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The key's id in the server's key set.", valueName: "id"))
    var keyID: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What it is signed with (default: \(TokenKeySource.fileVariable), or \(TokenKeySource.secretVariable)).",
            valueName: "file"))
    var tokenKeyFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Explain this token; - reads it from standard input, so that no history has it.", valueName: "token"))
    var explain: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Explain: the server's JSON Web Key Set, beside a key if there is one.", valueName: "file|url"))
    var jwks: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Explain: the issuer that the server asks for.", valueName: "name"))
    var tokenIssuer: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Explain: the audience that the server asks for.", valueName: "name"))
    var tokenAudience: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard explain == nil else {
            let explanation = try await explanation(
                environment: environment, at: .now(),
                standardInput: { FileHandle.standardInput.readDataToEndOfFile() })
            try StandardOutput.say(explanation.text)
            throw explanation.isGood ? ExitCode.success : ExitCode.failure
        }
        try StandardOutput.say(try await token(environment: environment, at: .now()) + "\n")
    }
}
