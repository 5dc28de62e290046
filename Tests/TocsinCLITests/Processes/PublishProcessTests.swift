import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct PublishProcessTests {
    private let folder: TemporaryFolder
    private let server: TocsinProcess

    init() throws {
        folder = try TemporaryFolder()
        server = try TocsinProcess(["serve", "--port", "0", "--data", ":memory:"], in: folder)
    }

    private func publish(_ arguments: String..., input: String = "") async throws -> TocsinProcess.Ending {
        try await TocsinProcess.run(["publish"] + arguments, in: folder, input: input)
    }

    private struct List: Decodable {
        struct Alarm: Decodable {
            let id: String
            let event: String
            let data: String
            let language: String?
        }
        let alarms: [Alarm]
    }

    private func alarms(of user: String, at url: String) async throws -> [List.Alarm] {
        let body = try await get("\(url)/users/\(user)/alarms?lang=ko").body
        return try JSONDecoder().decode(List.self, from: Data(body)).alarms
    }

    @Test func `it prints the id and nothing else`() async throws {
        let url = try await server.url()
        let ending = try await publish("--server", url, "--user", "tiaz", "--event", "notice", "line 1\nline 2")
        #expect(ending.status == 0, "\(ending.error)")
        #expect(ending.error.isEmpty)
        let alarm = try #require(try await alarms(of: "tiaz", at: url).first)
        #expect(ending.output == alarm.id + "\n")
        #expect(alarm.event == "notice")
        #expect(alarm.data == "line 1\nline 2")
    }

    @Test func `it takes the text from standard input, and languages beside it`() async throws {
        let url = try await server.url()
        let ending = try await TocsinProcess.run(
            ["publish", "--user", "tiaz", "--lang", "ko=안녕", "-"], environment: ["TOCSIN_SERVER": url], in: folder,
            input: "hello\n")
        #expect(ending.status == 0, "\(ending.error)")
        let alarm = try #require(try await alarms(of: "tiaz", at: url).first)
        #expect(alarm.data == "안녕" && alarm.language == "ko")
    }

    @Test func `the same key sends nothing more and prints the first id`() async throws {
        let url = try await server.url()
        let first = try await publish("--server", url, "--user", "tiaz", "--key", "k", "1")
        let second = try await publish("--server", url, "--user", "tiaz", "--key", "k", "2")
        #expect(first.output == second.output && second.status == 0)
        let third = try await publish("--server", url, "--user", "tiaz", "3")
        #expect(third.output != first.output)
        #expect(try await alarms(of: "tiaz", at: url).map(\.data) == ["1", "3"])
    }

    @Test func `a refusal is told with its place`() async throws {
        let url = try await server.url()
        let ending = try await publish("--server", url, "--user", "tiaz", "--event", "reset", "hi")
        #expect(ending.status == 1)
        #expect(ending.output.isEmpty)
        try expectOneLine(ending)
        #expect(ending.error.contains("/event"))
    }

    @Test func `a server that is not there`() async throws {
        // Nobody listens on the port of a server that has ended.
        let url = try await server.url()
        server.terminate()
        _ = await server.ending()
        let ending = try await publish("--server", url, "--user", "tiaz", "hi")
        #expect(ending.status == 1)
        #expect(ending.output.isEmpty)
        #expect(
            ending.errorLines == [
                "tocsin: no answer from \(url) (connection refused); trying again for about 15s",
                "tocsin: no answer from \(url) (connection refused); start it with 'tocsin serve', or name it with --server",
            ])
    }
}
