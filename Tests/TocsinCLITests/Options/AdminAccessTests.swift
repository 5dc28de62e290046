import ArgumentParser
import Foundation
import Testing
import Tocsin
import TocsinAccess

@testable import TocsinCLI

@Suite struct AdminAccessTests {
    private func client(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> AdminClient {
        try await AdminAccess.parse(arguments).client(environment: environment)
    }

    private static let secret = "a secret of more than thirty-two bytes"

    @Test("The token is that of the command line, else of the environment")
    func given() async throws {
        #expect(try await client([]).token == nil)
        #expect(try await client([], ["TOCSIN_TOKEN": "b"]).token == "b")
        #expect(try await client(["--token", "a"], ["TOCSIN_TOKEN": "b"]).token == "a")
        #expect(try await client([], ["TOCSIN_TOKEN": "b", "TOCSIN_TOKEN_KEY": Self.secret]).token == "b")
    }

    @Test("With a key a token is made that is good for an admin and a short time")
    func made() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(Self.secret.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(Self.secret.utf8))])
        for (arguments, environment) in [
            ([], ["TOCSIN_TOKEN_KEY": Self.secret]), ([], ["TOCSIN_TOKEN_KEY_FILE": file.path]),
            (["--token-key-file", file.path], ["TOCSIN_TOKEN": "b"]),
        ] as [([String], [String: String])] {
            let token = try #require(try await client(arguments, environment).token)
            let grant = try verifier.verify(token, at: .now())
            #expect(grant.isAdmin && grant.publish.isEmpty && grant.subscribe.isEmpty && grant.holder.subject == nil)
            let left = try #require(grant.expiresAt).milliseconds - Timestamp.now().milliseconds
            #expect((1000...60_000).contains(left))
        }
    }

    @Test("The token that is made is of the issuer, the audience and the key that the server asks for")
    func claims() async throws {
        let options = ["--issuer", "shop", "--audience", "tocsin", "--key-id", "k"]
        // What is on the command line is for a token that is made, so the one of the environment is not meant.
        let environment = ["TOCSIN_TOKEN_KEY": Self.secret, "TOCSIN_TOKEN": "b"]
        let token = try SignedToken(try #require(try await client(options, environment).token))
        #expect(token.header.keyID == "k")
        #expect(token.claims.iss == "shop" && token.claims.aud == .one("tocsin") && token.claims.tocsin?.admin == true)
        let verifier = TokenVerifier(
            keys: [try TokenKey(secret: Array(Self.secret.utf8))], issuer: "shop", audience: "tocsin")
        #expect(try verifier.verify(try await client(options, environment).token ?? "", at: .now()).isAdmin)
    }

    @Test(
        "A token and what is for making one are one too many",
        arguments: ["--token-key-file", "--issuer", "--audience", "--key-id"])
    func both(option: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await client(["--token", "a", option, "b"]) }
        #expect(failure == CommandFailure(usage: "--token and \(option) are both there; leave one out"))
    }

    @Test("What is for making a token needs its key, and is a name")
    func missingKey() async throws {
        let missing = await #expect(throws: CommandFailure.self) {
            try await client(["--audience", "a"], ["TOCSIN_TOKEN": "b"])
        }
        #expect(
            missing
                == CommandFailure(
                    usage: "--audience is for a token that is made, and its key is missing; give --token-key-file"))
        let name = await #expect(throws: CommandFailure.self) { try await client(["--issuer", ""]) }
        #expect(name?.message.hasPrefix("--issuer: a name has at least one character") == true)
    }

    @Test("Where a server refuses it is told by which options it might not")
    func cure() async throws {
        let none = try await client([]).cure
        #expect(none.noToken == "give the server's key with --token-key-file, or the token of an admin with --token")
        #expect(none.littleToken == "make one with 'tocsin token --admin'")
        #expect(
            none.badToken
                == "give the server's own key, and --issuer, --audience and --key-id where the server asks for them")
        for variable in ["TOCSIN_TOKEN_KEY", "TOCSIN_TOKEN_KEY_FILE"] {
            let environment = ["TOCSIN_TOKEN": "b", variable: Self.secret]
            let hidden = try await client([], environment).cure
            #expect(hidden.littleToken == "TOCSIN_TOKEN was shown; unset it, so that one is made with \(variable)")
            #expect(hidden.badToken == hidden.littleToken)
            let given = try await client(["--token", "a"], environment).cure
            #expect(given.littleToken == none.littleToken && given.badToken == nil)
        }
    }

    @Test("Every option that has a value is known")
    func optionsWithValue() {
        for help in [AddKeyCommand.helpMessage(columns: 200), ListKeysCommand.helpMessage(columns: 200)] {
            let options = help.split(separator: "\n").filter { $0.hasPrefix("  --") && $0.contains(" <") }
            #expect(
                Set(options.compactMap { $0.split(separator: " ").first.map(String.init) })
                    .isSubset(of: KeyCommand.optionsWithValue))
        }
        let access = ListKeysCommand.helpMessage(columns: 200)
        #expect(AdminAccess.optionsWithValue.allSatisfy { access.contains("  \($0) <") })
    }
}
