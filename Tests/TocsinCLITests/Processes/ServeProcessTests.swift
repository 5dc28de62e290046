import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServeProcessTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func start(_ arguments: String..., environment: [String: String] = [:]) throws -> TocsinProcess {
        try TocsinProcess(["serve", "--port", "0"] + arguments, environment: environment, in: folder)
    }

    /// Runs a start that cannot work.
    private func refusal(_ arguments: String...) async throws -> TocsinProcess.Ending {
        let ending = try await TocsinProcess.run(["serve"] + arguments, in: folder)
        #expect(ending.status == 1)
        #expect(ending.output.isEmpty)
        return ending
    }

    @Test func `it serves on a free port that the log tells, and ends with status 0 at SIGTERM`() async throws {
        let server = try start("--data", "alarms.db")
        let line = try await server.line(containing: "listening on ")
        #expect(line.contains("/alarms.db, which keeps up to 1000000 alarms for up to 7d"), "\(line)")
        let url = try TocsinProcess.url(in: line)
        #expect(!url.hasSuffix(":0"))
        #expect(try await get(url + "/ready").status == 200)
        server.terminate()
        let ending = await server.ending()
        #expect(ending.status == 0, "\(ending.error)")
        #expect(FileManager.default.fileExists(atPath: folder.file("alarms.db")))
    }

    @Test func `options of the environment hold`() async throws {
        let server = try TocsinProcess(
            ["serve"], environment: ["TOCSIN_PORT": "0", "TOCSIN_DATA": ":memory:", "TOCSIN_PROT": "1"], in: folder)
        #expect(try await server.line(containing: "TOCSIN_PROT").contains("no option"))
        #expect(try await server.line(containing: "listening on ").contains(":memory:"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("tocsin.db")))
    }

    @Test func `the log is as detailed as is wanted, and in JSON where that is wanted`() async throws {
        let server = try start("--data", ":memory:", "--log-level", "debug", "--log-format", "json")
        let listening = try await server.line(containing: "listening on ")
        #expect(listening.hasPrefix(#"{"time":""#) && listening.hasSuffix("}"), "\(listening)")
        let url = try #require(listening.split(separator: " ").first { $0.hasPrefix("http://") })
        _ = try await get(url.dropLast() + "/users/tiaz/alarms?access_token=SECRET")
        let answered = try await server.line(containing: "answered GET")
        #expect(answered.contains(#""level":"debug""#) && answered.contains(#""status":"200""#), "\(answered)")
        server.terminate()
        let ending = await server.ending()
        #expect(!ending.error.contains("SECRET"))

        let quiet = try start("--data", ":memory:", "--log-level", "critical")
        let refused = try await TocsinProcess.run(["serve", "--log-level", "loud"], in: folder)
        #expect(refused.status == 64 && refused.error.contains("--log-level is trace, debug"), "\(refused.error)")
        quiet.terminate()
        #expect(await quiet.ending().error.isEmpty)
    }

    @Test func `a port that is in use`() async throws {
        let server = try start("--data", ":memory:")
        let port = try #require(try await server.url().split(separator: ":").last)
        let ending = try await refusal("--port", String(port), "--data", ":memory:")
        try expectOneLine(ending)
        #expect(ending.error.contains("in use") && ending.error.contains("--port"))
    }

    @Test func `a data file that is in use by another server`() async throws {
        let server = try start("--data", "alarms.db")
        _ = try await server.url()
        let ending = try await refusal("--port", "0", "--data", "alarms.db")
        try expectOneLine(ending)
        #expect(ending.error.contains("another server"))
    }

    @Test(arguments: ["not a database ", "SQLite format 3\u{0}"])
    func `a file of another program is refused and not changed`(text: String) async throws {
        let content = Data(String(repeating: text, count: 1000).utf8)
        let file = URL(fileURLWithPath: folder.file("foreign.db"))
        try content.write(to: file)
        try expectOneLine(try await refusal("--port", "0", "--data", file.path))
        #expect(try Data(contentsOf: file) == content)
    }

    @Test func `a folder for a data file`() async throws {
        try expectOneLine(try await refusal("--port", "0", "--data", folder.url.path))
    }

    @Test func `a host that is not known, and one of another machine`() async throws {
        for host in ["no-such-host.invalid", "192.0.2.1"] {
            let ending = try await refusal("--port", "0", "--host", host, "--insecure-open", "--data", ":memory:")
            #expect(ending.errorLines.last?.hasPrefix("tocsin: ") == true)
            #expect(ending.error.contains("--host"), "\(ending.error)")
        }
    }

    @Test func `a public address without access rules, unless that is said`() async throws {
        let ending = try await refusal("--port", "0", "--host", "0.0.0.0", "--data", ":memory:")
        try expectOneLine(ending)
        #expect(ending.error.contains("--insecure-open"))

        let open = try start("--host", "0.0.0.0", "--insecure-open", "--data", ":memory:")
        #expect(try await open.line(containing: "--insecure-open").contains("warning"))
        _ = try await open.url()
    }
}
