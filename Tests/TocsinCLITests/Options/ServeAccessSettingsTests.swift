import Foundation
import Testing

@testable import TocsinCLI

/// Who may ask, by the settings.
@Suite struct ServeAccessSettingsTests {
    @Test(arguments: ["0.0.0.0", "::", "192.168.1.1", "alarms.example", "128.0.0.1", "::2", "127.1"])
    func `a public host needs --insecure-open`(host: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try ServeSettings.of(["--host", host]) }
        #expect(failure.status == .failure)
        #expect(failure.message.contains("--insecure-open"))
        #expect(try ServeSettings.of(["--host", host, "--insecure-open"]).isOpenToAll)
    }

    @Test func `with a key a public host needs no leave, and what is for the time without one has no effect`() throws {
        let secret = "a secret of more than thirty-two bytes"
        for (arguments, environment) in [
            (["--token-key-file", "k"], [:]), ([], ["TOCSIN_TOKEN_KEY": secret]),
            (["--jwks", "https://id.example/k"], [:]),
        ] as [([String], [String: String])] {
            let open = try ServeSettings.of(arguments + ["--host", "0.0.0.0"], environment)
            #expect(!open.isOpenToAll && open.idleOptions.isEmpty && open.accessRules != nil)
            let more = ["--host", "0.0.0.0", "--insecure-open", "--allowed-host", "a.example"]
            let idle = try ServeSettings.of(arguments + more, environment)
            #expect(!idle.isOpenToAll && idle.idleOptions.map(\.name) == ["insecure-open", "allowed-host"])
        }
        #expect(try ServeSettings.of(["--allowed-host", "a.example"]).idleOptions.isEmpty)
        #expect(try ServeSettings.of().accessRules == nil)
    }

    @Test func `keys of tokens are one secret or public key, a set, or both`() throws {
        let secret = "a secret of more than thirty-two bytes"
        let both = try #require(
            try ServeSettings.of(
                ["--jwks", "keys.json", "--token-issuer", "shop", "--token-audience", "tocsin"],
                ["TOCSIN_TOKEN_KEY": secret]
            ).accessRules)
        #expect(both.key == .secret(secret) && both.keySet == .file("keys.json"))
        #expect(both.issuer == "shop" && both.audience == "tocsin")
        let two = #expect(throws: CommandFailure.self) {
            try ServeSettings.of(["--token-key-file", "k"], ["TOCSIN_TOKEN_KEY": secret])
        }
        #expect(two?.message.contains("leave one out") == true)
        let none = #expect(throws: CommandFailure.self) { try ServeSettings.of(["--token-issuer", "shop"]) }
        #expect(none?.message.contains("--token-key-file") == true)
        let short = #expect(throws: CommandFailure.self) {
            try ServeSettings.of([], ["TOCSIN_TOKEN_KEY": "short secret"])
        }
        #expect(
            short?.message
                == "TOCSIN_TOKEN_KEY: a secret has at least 32 bytes, this one has 12; make one with 'openssl rand -base64 32'"
        )
        for url in ["http://id.example/k", "ftp://localhost/k", "https://", "https://a@id.example/k"] {
            #expect(throws: CommandFailure.self) { try ServeSettings.of(["--jwks", url]) }
        }
        #expect(
            try ServeSettings.of(["--jwks", "http://[::1]:8080/k"]).accessRules?.keySet == .url("http://[::1]:8080/k"))
    }

    @Test func `a secret that is the path of a file is told to be one`() throws {
        let folder = try TemporaryFolder()
        let paths = ["token.key", "token.pem", "a"].map { folder.file("a name of more than 32 bytes for a \($0)") }
        for path in paths {
            try Data().write(to: URL(filePath: path))
            let failure = #expect(throws: CommandFailure.self) { try ServeSettings.of([], ["TOCSIN_TOKEN_KEY": path]) }
            #expect(
                failure?.message
                    == "TOCSIN_TOKEN_KEY is the secret itself, and what was given is a file; give it with "
                    + "TOCSIN_TOKEN_KEY_FILE")
        }
        // A secret may look like one.
        for secret in [paths[0] + "!", "./" + paths[1], "/" + String(repeating: "a", count: 43) + "="] {
            #expect(try ServeSettings.of([], ["TOCSIN_TOKEN_KEY": secret]).accessRules?.key == .secret(secret))
        }
    }

    @Test func `with access rules a journal in memory is told of, since revocations and API keys end with it`() throws {
        #expect(try ServeSettings.of(["--data", ":memory:", "--token-key-file", "k"]).forgetsAccess)
        #expect(try !ServeSettings.of(["--data", ":memory:"]).forgetsAccess)
        #expect(try !ServeSettings.of(["--token-key-file", "k"]).forgetsAccess)
    }

    @Test(arguments: ["TOCSIN_TOKEN_KEY", "TOCSIN_TOKEN_KEY_FILE", "TOCSIN_JWKS"])
    func `a variable of a key that is set and empty ends the start, since a key was meant`(variable: String) throws {
        for arguments in [[], ["--token-key-file", "k"], ["--jwks", "k"]] {
            let failure = #expect(throws: CommandFailure.self) { try ServeSettings.of(arguments, [variable: ""]) }
            #expect(failure?.message.hasPrefix("\(variable) is set and empty; give it the ") == true)
            #expect(failure?.message.contains("unset it") == true && failure?.status == .failure)
        }
        #expect(try ServeSettings.of([], ["TOCSIN_TOKEN": "", "TOCSIN_TOKEN_ISSUER": ""]).accessRules == nil)
    }

    @Test(arguments: ["127.0.0.1", "127.255.255.254", "::1", "[::1]", "localhost", "LOCALHOST", "0:0:0:0:0:0:0:1"])
    func `a host that only this machine reaches needs nothing`(host: String) throws {
        #expect(try ServeSettings.of(["--host", host]).isOpenToAll == false)
    }
}
