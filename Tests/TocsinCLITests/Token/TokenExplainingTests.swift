import ArgumentParser
import Crypto
import Foundation
import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinCLI

@Suite struct TokenExplainingTests {
    private static let secret = "a secret of more than thirty-two bytes"
    private static let seconds = 1_790_000_000.0
    private let now = Timestamp(milliseconds: 1_790_000_000_000)
    private let key = [TokenKeySource.secretVariable: Self.secret]

    private func explanation(
        _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> TokenExplanation {
        let command = try #require(try TocsinCommand.parseAsRoot(["token"] + arguments) as? TokenCommand)
        return try await command.explanation(environment: environment, at: now, standardInput: { Data(input.utf8) })
    }

    private func token(_ claims: TokenClaims, keyID: String? = nil) throws -> String {
        try TokenSigner(secret: Self.secret.utf8).sign(claims, keyID: keyID)
    }

    /// A token whose signature is no good.
    private func unsigned(header: String, payload: String) -> String {
        [header, payload].map { base64URL(Data($0.utf8)) }.joined(separator: ".") + "."
    }

    private func base64URL(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    @Test func `a good token is told whole, with its verdict last`() async throws {
        let claims = TokenClaims(
            sub: "tiaz", exp: Self.seconds + 3600, nbf: Self.seconds - 60, iat: Self.seconds - 61.5, iss: "shop",
            aud: .several(["tocsin", "x"]), jti: "7",
            tocsin: .init(publish: ["user:seo", "topic:orders/*"], subscribe: ["*"], admin: true))
        let told = try await explanation(
            ["--explain", token(claims, keyID: "k"), "--token-issuer", "shop", "--token-audience", "x"],
            environment: key)
        #expect(
            told.text == """
                algorithm: HS256
                key id: k
                user: tiaz
                token id: 7
                issuer: shop
                audience: tocsin
                audience: x
                made at: 2026-09-21T14:12:18.500Z (1m 2s ago)
                valid from: 2026-09-21T14:12:20.000Z (1m ago)
                expires at: 2026-09-21T15:13:20.000Z (in 1h)
                may publish to: user:seo
                may publish to: topic:orders/* (every topic below orders/)
                may listen to: the stream of tiaz, with what is for everyone
                may listen to: * (anything)
                admin: yes
                signature: good
                good: a server with this key takes it, until 2026-09-21T15:13:20.000Z, unless it is revoked

                """)
        #expect(told.isGood)
    }

    @Test func `everything that is wrong is told, and the verdict is that of the verifier`() async throws {
        let claims = TokenClaims(exp: Self.seconds - 1, iss: "shop", tocsin: .init(publish: ["user", "a\u{1B}[2J"]))
        let told = try await explanation(
            ["--explain", token(claims), "--token-issuer", "Shop"],
            environment: [TokenKeySource.secretVariable: Self.secret + "!"])
        #expect(!told.isGood)
        #expect(
            told.text == """
                algorithm: HS256
                issuer: shop
                expires at: 2026-09-21T14:13:19.000Z (1s ago)
                may publish to: "user", which is no permission
                may publish to: "a\\u{1B}[2J", which is no permission
                may listen to: nothing
                admin: no
                signature: not good
                wrong: the token was not signed with the server's key
                wrong: the token expired at 2026-09-21T14:13:19.000Z
                wrong: the token is of another issuer, "shop"
                wrong: the permission "user" is none; write user:ID, topic:NAME, topic:NAME/*, everyone, or *
                wrong: the permission "a\\u{1B}[2J" is none; write user:ID, topic:NAME, topic:NAME/*, everyone, or *
                not good: the token was not signed with the server's key; sign it with that key, or check it with \
                the right one

                """)
    }

    @Test func `without a key nothing is good, and what can be told is told`() async throws {
        let fine = try await explanation(["--explain", token(TokenClaims(exp: Self.seconds + 1, jti: "a"))])
        #expect(!fine.isGood)
        #expect(fine.text.contains("signature: not checked\nnot known: nothing that it says is wrong, but its "))
        let header = #"{"alg":"nOnE","crit":[]}"#
        let critical = try await explanation(["--explain", unsigned(header: header, payload: "{}")])
        #expect(critical.text.contains("wrong: the token has a critical header"))
        let none = try await explanation(["--explain", unsigned(header: #"{"alg":"nOnE"}"#, payload: "{}")])
        #expect(!none.isGood)
        #expect(none.text.contains("expires at: never\n"))
        #expect(
            none.text.hasSuffix(
                """
                signature: not good
                wrong: the token is not signed (alg "nOnE"), which no server takes
                wrong: the token never expires; give it an expiry (exp)
                not good: the token is not signed (alg "nOnE"), which no server takes; sign it with the server's key, \
                by that key's algorithm

                """))
        let nameless = try await explanation(["--explain", unsigned(header: "{}", payload: "{}")])
        #expect(nameless.text.contains("wrong: the token does not name its algorithm\n"))
    }

    @Test func `a token that is good for nothing is told to be so`() async throws {
        let told = try await explanation(["--explain", token(TokenClaims(exp: Self.seconds + 1))], environment: key)
        #expect(told.isGood)
        #expect(told.text.hasSuffix(", unless it is revoked; but it allows nothing\n"))
    }

    @Test func `what is passed over is noted, since it may have been meant`() async throws {
        let header = #"{"alg":"HS256"}"#
        let payload = #"""
            {"exp":1790000001,"jti":"a","publish":["*"],"admin":true,"other":1,
             "tocsin":{"publsh":["*"],"a\u001b":1,"subscribe":["*"]}}
            """#
        let told = try await explanation(["--explain", unsigned(header: header, payload: payload)]).text
        #expect(
            told.split(separator: "\n").filter { $0.hasPrefix("note: ") } == [
                #"note: admin says nothing where it is; it belongs into "tocsin": {"admin": …}"#,
                #"note: publish says nothing where it is; it belongs into "tocsin": {"publish": …}"#,
                #"note: tocsin.a\u{1B} is not known and says nothing"#,
                "note: tocsin.publsh is not known and says nothing, perhaps publish is meant",
            ])
        let undated = try token(TokenClaims(sub: "a", exp: Self.seconds + 1))
        let subject = try await explanation(["--explain", undated], environment: key)
        #expect(subject.isGood)
        #expect(
            subject.text.contains(
                "\nnote: it has no iat: once its user is revoked, no token like it is taken\ngood: a server"))
        let none = unsigned(header: header, payload: #"{"exp":1790000001,"tocsin":null}"#)
        #expect(try await !explanation(["--explain", none]).text.contains("note: "))
    }

    @Test(arguments: [
        ("topic:orders*", "topic:orders* (this one topic; topic:orders/* is every topic below orders)"),
        ("topic:a/b*", "topic:a/b* (this one topic; topic:a/b/* is every topic below a/b)"),
        ("topic:orders/*", "topic:orders/* (every topic below orders/)"), ("topic:**", "topic:** (this one topic)"),
        ("user:a*", "user:a* (this one user)"), ("topic:a*b", "topic:a*b"), ("user:a", "user:a"),
    ])
    func `a star that stands for nothing is told to`(permission: String, told: String) async throws {
        let claims = TokenClaims(exp: Self.seconds + 1, tocsin: .init(publish: [permission]))
        #expect(try await explanation(["--explain", token(claims)]).text.contains("may publish to: \(told)\n"))
    }

    @Test func `the name of a file is told to be one, and how to read it`() async throws {
        let path = try TemporaryFolder().file("a token")
        let absent = await #expect(throws: CommandFailure.self) { try await explanation(["--explain", path]) }
        #expect(absent?.message.contains("--explain -") == false)
        let folder = try TemporaryFolder()
        let there = folder.file("a token")
        try Data().write(to: URL(filePath: there))
        let failure = await #expect(throws: CommandFailure.self) { try await explanation(["--explain", there]) }
        #expect(failure?.message.hasSuffix("; to read a file: --explain - < '\(there)'") == true)
    }

    @Test func `what a token holds gives a terminal no orders`() async throws {
        let claims = TokenClaims(
            sub: "\u{1B}]0;x\u{7}\ngood: yes", exp: 1e18, iss: "\u{9B}31m", aud: .one("\r"), jti: "\u{7F}",
            tocsin: .init(publish: ["user:\u{1B}c"], subscribe: ["\u{85}"]))
        let told = try await explanation(["--explain", token(claims, keyID: "\u{0}")], environment: key).text
        #expect(!told.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" }, "\(told)")
        #expect(told.contains("user: \\u{1B}]0;x\\u{7}\\u{A}good: yes\n"))
        #expect(told.contains("expires at: 1e+18, which is no time\n"))
        #expect(told.split(separator: "\n").filter { $0.hasPrefix("good") }.isEmpty)
    }

    @Test func `a token on standard input is the same, without the space around it`() async throws {
        let token = try token(TokenClaims(sub: "a", exp: Self.seconds + 1))
        let told = try await explanation(["--explain", "-"], environment: key, input: " \(token)\r\n")
        #expect(told.isGood)
        #expect(try await told.text == explanation(["--explain", token], environment: key).text)
    }

    @Test func `a private key tells what its public key would, and a set is a file`() async throws {
        let folder = try TemporaryFolder()
        let secret = folder.file("secret")
        try Self.secret.write(toFile: secret, atomically: true, encoding: .utf8)
        let token = try token(TokenClaims(sub: "a", exp: Self.seconds + 1))
        #expect(try await explanation(["--explain", token, "--token-key-file", secret]).isGood)
        let failure = await #expect(throws: CommandFailure.self) {
            try await explanation(["--explain", token, "--jwks", secret])
        }
        #expect(failure?.message.hasPrefix("--jwks \(secret): this is no JSON Web Key Set; it is an object") == true)
    }

    @Test func `a key and a key set are judged as by a server with both`() async throws {
        let folder = try TemporaryFolder()
        let (signing, set) = (folder.file("private.pem"), folder.file("keys.json"))
        let key = P256.Signing.PrivateKey()
        try key.pemRepresentation.write(toFile: signing, atomically: true, encoding: .utf8)
        let point = key.publicKey.rawRepresentation
        let (x, y) = (base64URL(point.prefix(32)), base64URL(point.suffix(32)))
        let json = #"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"\#(x)","y":"\#(y)"}]}"#
        try json.write(toFile: set, atomically: true, encoding: .utf8)
        let claims = TokenClaims(sub: "a", exp: Self.seconds + 1)
        let signer = try await TokenSigner(file: [UInt8](key.pemRepresentation.utf8))
        let (named, nameless) = (try signer.sign(claims, keyID: "a"), try signer.sign(claims, keyID: nil))
        let own = try token(claims)
        let secret = folder.file("secret")
        try Self.secret.write(toFile: secret, atomically: true, encoding: .utf8)
        for (token, isGoodAlone, isGoodBeside) in [(named, true, true), (nameless, true, false), (own, false, true)] {
            let alone = try await explanation(["--explain", token, "--jwks", set])
            #expect(alone.isGood == isGoodAlone)
            for (arguments, environment) in [(["--token-key-file", secret], [:]), ([], self.key)] {
                let beside = try await explanation(
                    ["--explain", token, "--jwks", set] + arguments, environment: environment)
                #expect(beside.isGood == isGoodBeside)
                #expect(!isGoodBeside || beside.text.contains("good: a server with this key and this key set takes"))
            }
        }
    }

    @Test(arguments: [
        ("", "this is no JSON Web Token: three parts of"), ("a.b", "this is no JSON Web Token"),
        ("tocsin_0123456789", "this is an API key and no token; the server's list"),
    ])
    func `what is no token is told, and not repeated`(text: String, message: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await explanation(["--explain", text]) }
        #expect(failure?.status == .failure)
        #expect(failure?.message.hasPrefix(message) == true)
        #expect(text.isEmpty || failure?.message.contains(text) == false)
    }

    @Test func `a claim of another kind is named`() async throws {
        let token = unsigned(header: #"{"alg":"HS256"}"#, payload: #"{"exp":"soon"}"#)
        let failure = await #expect(throws: CommandFailure.self) { try await explanation(["--explain", token]) }
        #expect(
            failure?.message == "the token's claim exp is not a number of seconds since 1970; make one where it is")
    }

    @Test(arguments: [
        (["--user", "a"], "--user is for making a token"), (["--publish", "a"], "--publish is for making"),
        (["--subscribe", "a"], "--subscribe is for"), (["--admin"], "--admin is for"), (["--id", "a"], "--id is for"),
        (["--expires", "1h"], "--expires is for"), (["--key-id", "a"], "--key-id is for"),
        (["--issuer", "a"], "perhaps --token-issuer"), (["--audience", "a"], "perhaps --token-audience"),
        (["--jwks", "http://example.com/keys"], "--jwks is the path of a file, or an https URL; an http URL is"),
    ])
    func `what is for making a token is refused`(arguments: [String], message: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await explanation(["--explain", "x"] + arguments)
        }
        #expect(failure?.status == .badUsage)
        #expect(failure?.message.contains(message) == true)
    }

    @Test func `every option that has a value is known`() {
        let help = TokenCommand.helpMessage(columns: 200)
        let options = help.split(separator: "\n").filter { $0.hasPrefix("  --") && $0.contains(" <") }
        #expect(
            Set(options.compactMap { $0.split(separator: " ").first.map(String.init) })
                == TokenCommand.optionsWithValue)
    }
}
