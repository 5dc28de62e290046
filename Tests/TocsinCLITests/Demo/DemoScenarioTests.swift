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
