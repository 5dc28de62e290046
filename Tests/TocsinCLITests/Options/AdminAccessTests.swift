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

    @Test("A token and a key for one are one too many")
    func both() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await client(["--token", "a", "--token-key-file", "b"])
        }
        #expect(failure?.message == "--token and --token-key-file are both there; leave one out")
    }
}
