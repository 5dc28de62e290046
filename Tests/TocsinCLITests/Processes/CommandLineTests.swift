import Testing

@testable import TocsinCLI

@Suite(.timeLimit(.minutes(2))) struct CommandLineTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        [], ["nonsense"], ["serve", "--no-such-option"], ["serve", "--port"], ["serve", "--port", "x"],
        ["serve", "surplus"], ["serve", "--heartbeat", "2h"], ["publish", "hi"], ["publish", "--user", "a"],
        ["publish", "--user", "a", "--topic", "b", "hi"], ["publish", "--user", "a", "--json", "{"],
        ["publish", "--user", "a", "one", "two"], ["publish", "--server", "nonsense", "--user", "a", "hi"],
    ])
    func `bad usage is told in one line, with status 64`(arguments: [String]) async throws {
        let ending = try await TocsinProcess.run(arguments, in: folder)
        #expect(ending.status == 64)
        #expect(ending.output.isEmpty)
        try expectOneLine(ending)
    }

    @Test(arguments: [["--help"], ["help"], ["serve", "--help"], ["publish", "-h"], ["--version"]])
    func `what was asked for goes to standard output`(arguments: [String]) async throws {
        let ending = try await TocsinProcess.run(arguments, in: folder)
        #expect(ending.status == 0)
        #expect(!ending.output.isEmpty)
        #expect(ending.error.isEmpty)
    }

    @Test func `the help of serve names every option`() async throws {
        let help = try await TocsinProcess.run(["serve", "--help"], in: folder).output
        for option in ServeOptions.all {
            #expect(help.contains(option.flag + " "), "\(option.flag)")
        }
    }

    @Test func `a wrong variable is a failure that names it`() async throws {
        let ending = try await TocsinProcess.run(["serve"], environment: ["TOCSIN_PORT": "x"], in: folder)
        #expect(ending.status == 1)
        try expectOneLine(ending)
        #expect(ending.error.contains("TOCSIN_PORT"))
    }
}

/// One line that is no sentence of its own and no crash.
func expectOneLine(_ ending: TocsinProcess.Ending, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(ending.errorLines.count == 1, "\(ending.error)", sourceLocation: sourceLocation)
    let line = try #require(ending.errorLines.first, sourceLocation: sourceLocation)
    #expect(line.hasPrefix("tocsin: "), "\(line)", sourceLocation: sourceLocation)
    #expect(!line.contains("Error") && !line.contains("rror:"), "\(line)", sourceLocation: sourceLocation)
}
