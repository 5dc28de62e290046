import ArgumentParser
import Foundation
import Synchronization
import Testing
import Tocsin

@testable import TocsinCLI

@Suite struct DemoScenarioTests {
    /// What was published, in groups, when as many ticks have passed as there are `users`.
    private func published(to users: [Set<Name>]) async -> [[Alarm]] {
        let groups = Mutex<[[Alarm]]>([])
        let rest = Mutex(users[...])
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self)
        for _ in users { tick.yield() }
        tick.finish()
        let scenario = DemoScenario(
            users: { rest.withLock { $0.popFirst() } ?? [] },
            publish: { alarms in groups.withLock { $0.append(alarms) } })
        await scenario.run(at: ticks)
        return groups.withLock { $0 }
    }

    @Test func `each user who listens at a tick gets a notice of their own, for a minute`() async throws {
        let tiaz = try Name("tiaz")
        let other = try Name("다른 사람")
        let groups = await published(to: [[tiaz], [tiaz, other], []])
        #expect(groups.map(\.count) == [1, 2])
        #expect(
            groups.first == [
                Alarm(
                    audience: .user(tiaz), event: try EventName("notice"), data: .json(#"{"name":"tiaz"}"#), ttl: 60)
            ])
        #expect(Set(groups[1].map(\.audience)) == [.user(tiaz), .user(other)])
        #expect(groups[1].contains { $0.data == .json(#"{"name":"다른 사람"}"#) && $0.audience == .user(other) })
    }

    @Test func `nothing is published while nobody listens`() async {
        #expect(await published(to: [[], [], []]).isEmpty)
    }

    @Test func `a name is written as JSON`() async throws {
        let groups = await published(to: [[try Name(#"a"b\c"#)]])
        #expect(groups.first?.first?.data == .json(#"{"name":"a\"b\\c"}"#))
    }

    @Test func `many users are told in groups`() async throws {
        let users = Set(try (0..<2500).map { try Name("u\($0)") })
        let groups = await published(to: [users])
        #expect(groups.map(\.count) == [1000, 1000, 500])
        #expect(Set(groups.joined().map(\.audience)) == Set(users.map(Audience.user)))
    }

    @Test(arguments: [
        (
            DemoTokens.made(options: ["--issuer", "a b", "--token-key-file", "k"]), "from another:",
            "(tocsin token --user tiaz --issuer 'a b' --token-key-file k)",
            "(tocsin token --publish user:tiaz --issuer 'a b' --token-key-file k)"
        ),
        (
            .madeWithVariable(options: []), "from another, where TOCSIN_TOKEN_KEY is set as it is here:",
            "(tocsin token --user tiaz)", "(tocsin token --publish user:tiaz)"
        ),
    ])
    func `with access rules the guide makes the tokens`(
        tokens: DemoTokens, condition: String, listening: String, publishing: String
    ) {
        let guide = DemoGuide(url: "http://127.0.0.1:5000", program: "tocsin", tokens: tokens).description
        #expect(guide.contains("\n    tocsin token --user tiaz --publish '*' --subscribe '*'"))
        #expect(guide.contains(condition))
        #expect(
            guide.contains(
                "\n    curl -N -H \"Authorization: Bearer $\(listening)\" http://127.0.0.1:5000/connection/tiaz\n"))
        #expect(guide.contains("\n    TOCSIN_TOKEN=\"$\(publishing)\" tocsin publish --user tiaz --lang "))
    }

    @Test func `where the demo can make no token the guide says who can`() {
        let guide = DemoGuide(url: "http://127.0.0.1:5000", program: "tocsin", tokens: .elsewhere).description
        #expect(guide.contains("which only who has the private key can make"))
        #expect(guide.contains("from another, where TOCSIN_TOKEN is that token:"))
        #expect(guide.contains("\n    curl -N -H \"Authorization: Bearer $TOCSIN_TOKEN\" http://127.0.0.1:5000/conn"))
        #expect(guide.contains("\n    tocsin publish --user tiaz --lang ") && !guide.contains("tocsin token"))
    }

    @Test func `the tokens of a demo are made with a secret that can be read again`() async throws {
        func tokens(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> DemoTokens {
            let given = try DemoArguments.parse(arguments).given
            return await DemoTokens(try AccessRules(OptionReader(given: given, environment: environment)))
        }
        let folder = try TemporaryFolder()
        let (secret, other) = (folder.file("secret"), folder.file("other"))
        try "a secret of more than thirty-two bytes".write(toFile: secret, atomically: true, encoding: .utf8)
        try "-----BEGIN PUBLIC KEY-----\n".write(toFile: other, atomically: true, encoding: .utf8)
        #expect(try await tokens([]) == .none)
        #expect(
            try await tokens(["--token-key-file", secret, "--token-audience", "a"])
                == .made(options: ["--audience", "a", "--token-key-file", secret]))
        let named = try await tokens([], ["TOCSIN_TOKEN_KEY_FILE": secret])
        #expect(named == .made(options: ["--token-key-file", secret]))
        let variable = ["TOCSIN_TOKEN_KEY": "a secret of more than thirty-two bytes"]
        #expect(
            try await tokens(["--token-issuer", "a"], variable) == .madeWithVariable(options: ["--issuer", "a"]))
        for arguments in [["--token-key-file", other], ["--jwks", secret], ["--token-key-file", "/dev/null"]] {
            #expect(try await tokens(arguments) == .elsewhere)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:5000", "tocsin", "    tocsin publish --user tiaz"),
        ("http://127.0.0.1:8080", "tocsin", "    tocsin publish --server http://127.0.0.1:8080 --user tiaz"),
        ("http://[::1]:5000", "/a b/tocsin", "    '/a b/tocsin' publish --server 'http://[::1]:5000' --user tiaz"),
    ])
    func `the guide says what to type, for the port in use`(url: String, program: String, command: String) {
        let lines = DemoGuide(url: url, program: program).description.split(separator: "\n")
        #expect(lines.contains("    \(url)"))
        #expect(lines.contains { $0.hasPrefix(command) })
        #expect(lines.contains { $0.hasPrefix("    curl -N ") && $0.contains("\(url)/connection/tiaz") })
    }
}
