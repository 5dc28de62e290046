import ArgumentParser
import Foundation
import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinCLI

@Suite struct TokenMakingTests {
    private static let secret = "a secret of more than thirty-two bytes"
    private let now = Timestamp(milliseconds: 1_790_000_000_999)
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func command(_ arguments: [String]) throws -> TokenCommand {
        try #require(try TocsinCommand.parseAsRoot(["token"] + arguments) as? TokenCommand)
    }

    private func token(_ arguments: [String], environment: [String: String]) async throws -> String {
        try await command(arguments).token(environment: environment, at: now)
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = folder.file(name)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func `a token says what was asked for, and nothing else`() async throws {
        let environment = [TokenKeySource.secretVariable: Self.secret]
        let all = try SignedToken(
            await token(
                [
                    "--user", "tiaz", "--publish", "user:seo", "--publish", "topic:orders/*", "--subscribe", "everyone",
                    "--admin", "--expires", "2m", "--id", "7", "--issuer", "shop", "--audience", "tocsin",
                    "--key-id", "k",
                ], environment: environment))
        let begin = 1_790_000_000.0
        #expect(
            all.claims
                == TokenClaims(
                    sub: "tiaz", exp: begin + 120, iat: begin, iss: "shop", aud: .one("tocsin"), jti: "7",
                    tocsin: .init(publish: ["user:seo", "topic:orders/*"], subscribe: ["everyone"], admin: true)))
        #expect(all.header.keyID == "k")
        var user = try SignedToken(await token(["--user", "-김"], environment: environment)).claims
        #expect(user.jti?.count == 32)
        user.jti = nil
        #expect(user == TokenClaims(sub: "-김", exp: begin + 3600, iat: begin))
        let admin = try SignedToken(await token(["--admin"], environment: environment)).claims
        #expect(admin.sub == nil)
        #expect(admin.tocsin == .init(admin: true))
    }

    @Test func `two tokens have different ids`() async throws {
        let environment = [TokenKeySource.secretVariable: Self.secret]
        let one = try SignedToken(await token(["--user", "a"], environment: environment)).claims.jti
        #expect(try SignedToken(await token(["--user", "a"], environment: environment)).claims.jti != one)
    }

    @Test func `the key of the command line wins over the environment`() async throws {
        let given = try file("given", Self.secret + "\n")
        let other = try file("other", "another secret of more than 32 bytes")
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Self.secret.utf8)])
        let sources: [([String], [String: String])] = [
            (["--token-key-file", given], [:]),
            (
                ["--token-key-file", given],
                [TokenKeySource.fileVariable: other, TokenKeySource.secretVariable: "nothing"]
            ),
            ([], [TokenKeySource.fileVariable: given, TokenKeySource.secretVariable: ""]),
            ([], [TokenKeySource.secretVariable: Self.secret, TokenKeySource.fileVariable: ""]),
        ]
        for (arguments, environment) in sources {
            let token = try await token(["--user", "a"] + arguments, environment: environment)
            #expect(throws: Never.self) { try verifier.verify(token, at: now) }
        }
        let both = await #expect(throws: CommandFailure.self) {
            try await token(
                ["--user", "a"], environment: [TokenKeySource.fileVariable: given, TokenKeySource.secretVariable: "s"])
        }
        #expect(both?.status == .failure)
        #expect(both?.message.contains("are both set; leave out TOCSIN_TOKEN_KEY, ") == true)
    }

    @Test(arguments: [
        ([], "what the token is for is missing"), (["--user", "a"], "the key is missing; give --token-key-file"),
        (["--user", ""], "--user: a name has at least one character"),
        (["--admin", "--id", "a\n"], "--id: a name holds no control characters, this one has U+000A"),
        (["--admin", "--issuer", ""], "--issuer: a name has"),
        (["--admin", "--audience", ""], "--audience: a name has"),
        (["--admin", "--key-id", ""], "--key-id: a name has"),
        (["--publish", "tiaz"], #"--publish: the permission "tiaz" is none; write user:ID"#),
        (["--subscribe", "user:"], "--subscribe: the permission \"user:\" is none: a name has at least one character"),
        (["--publish", "\u{9B}31m"], #"--publish: the permission "\u{9B}31m" is none"#),
        (["--admin", "--expires", "0"], "--expires is a duration of whole seconds from 1s to 3650d"),
        (["--admin", "--expires", "3651d"], "--expires is a duration"),
        (["--admin", "--expires", "1500ms"], "--expires is a duration"),
        (["--admin", "--expires", ""], "--expires is a duration"),
        (["--admin", "--jwks", "a"], "--jwks goes with --explain"),
        (["--admin", "--token-issuer", "a"], "--token-issuer goes with --explain"),
        (["--admin", "--token-audience", "a"], "--token-audience goes with --explain"),
    ])
    func `what is wrong is told by its option`(arguments: [String], message: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await token(arguments, environment: [:]) }
        #expect(failure?.status == .badUsage)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test func `a key that cannot be used is told without its secret`() async throws {
        let short = await #expect(throws: CommandFailure.self) {
            try await token(["--admin"], environment: [TokenKeySource.secretVariable: "short"])
        }
        #expect(short?.message.hasPrefix("TOCSIN_TOKEN_KEY: a secret has at least 32 bytes, this one has 5; ") == true)
        let path = try file("a\nb", "-----BEGIN PUBLIC KEY-----\nSECRET\n-----END PUBLIC KEY-----\n")
        let failure = await #expect(throws: CommandFailure.self) {
            try await token(["--admin", "--token-key-file", path], environment: [:])
        }
        #expect(failure?.status == .failure)
        #expect(failure?.message.contains("/a\\u{A}b: this is a public key, which cannot sign; give the") == true)
        let missing = await #expect(throws: CommandFailure.self) {
            try await token(["--admin", "--token-key-file", folder.file("none")], environment: [:])
        }
        #expect(missing?.message.contains("cannot be read: no such file or directory; give another with") == true)
    }
}
