import Testing

@testable import TocsinCLI

@Suite(.timeLimit(.minutes(5))) struct CommandLineTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        [], ["nonsense"], ["serve", "--no-such-option"], ["serve", "--port"], ["serve", "--port", "x"],
        ["serve", "surplus"], ["serve", "--heartbeat", "2h"], ["publish", "hi"], ["publish", "--user", "a"],
        ["publish", "--user", "a", "--topic", "b", "hi"], ["publish", "--user", "a", "--json", "{"],
        ["bench", "--streams", "0"], ["bench", "--topics", "1", "--users", "1"], ["bench", "--duration", "0s"],
        ["bench", "ftp://127.0.0.1"], ["bench", "http://127.0.0.1:5000/events"], ["bench", "--size", "1"],
        ["bench", "--http2"], ["decode", "file"], ["decode", "--max-event", "0"], ["decode", "--max-event", "1k"],
        ["token"], ["token", "--user", "a"], ["token", "--user", "a", "--expires", "0s"], ["token", "surplus"],
        ["publish", "--user", "a", "one", "two"], ["publish", "--server", "nonsense", "--user", "a", "hi"],
    ])
    func `bad usage is told in one line, with status 64`(arguments: [String]) async throws {
        let ending = try await TocsinProcess.run(arguments, in: folder)
        #expect(ending.status == 64)
        #expect(ending.output.isEmpty)
        try expectOneLine(ending)
    }

    @Test(arguments: [
        (["publish", "--user", "a", "-dash"], "unexpected option '-dash'; put -- before a text that begins with -"),
        (["publish", "--user", "a", "-help"], "unexpected option '-help'; put -- before a text that begins with -"),
        (["publish", "--user", "a", "-5"], "unexpected option '-5'; put -- before a text that begins with -"),
        (["publish", "--port", "-dash"], "unexpected option '-dash'; put -- before a text that begins with -"),
        (["serve", "-dash"], "unexpected option '-dash'; see 'tocsin serve --help'"),
        (["serve", "--prot", "1"], "unknown option '--prot', perhaps '--port'; see 'tocsin serve --help'"),
        (["publish", "--user"], "missing value for '--user <name>'; see 'tocsin publish --help'"),
        (["publish", "--user", "a", "b", "c"], "unexpected argument 'c'; see 'tocsin publish --help'"),
        (["nonsense"], "unexpected argument 'nonsense'; see 'tocsin --help'"),
        (["decode", "--max-event", "-1"], #"--max-event is 1 or more bytes, not "-1""#),
        (["token", "-x"], "unexpected option '-x'; see 'tocsin token --help'"),
        (["decode", "-x"], "unexpected option '-x'; see 'tocsin decode --help'"),
        (["demo", "--prot", "1"], "unknown option '--prot', perhaps '--port'; see 'tocsin demo --help'"),
        (["serve", "--config", ""], #"--config is the path of a file, not """#),
        (["serve", "--port", "-1"], #"--port is a number from 0 to 65535, not "-1""#),
        (
            ["serve", "--retain", "-5"],
            #"--retain is a duration of whole seconds from 1s to 36500d, like 30, 30s, 5m, 12h or 7d, not "-5""#
        ),
        (
            ["serve", "--heartbeat", "2h"],
            #"--heartbeat is a duration of whole seconds from 1s to 1h, like 30, 30s or 5m, not "2h""#
        ),
        (
            ["serve", "--drain", "x"],
            #"--drain is a duration from 0s to 10m, like 30, 250ms, 30s or 5m, not "x""#
        ),
    ])
    func `what is wrong is told with what would be right`(arguments: [String], message: String) async throws {
        let ending = try await TocsinProcess.run(arguments, in: folder)
        #expect(ending.status == 64)
        #expect(ending.output.isEmpty)
        #expect(ending.error == "tocsin: \(message)\n")
    }

    @Test func `no line of the help is longer than a terminal`() async throws {
        let commands = [
            "serve", "demo", "publish", "listen", "decode", "token", "bench", "key", "key add", "key list",
            "key remove",
        ]
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let help = try await TocsinProcess.run(words + ["--help"], in: folder).output
            #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(help)")
        }
    }

    @Test(arguments: [["--help"], ["help"], ["serve", "--help"], ["publish", "-h"], ["--version"]])
    func `what was asked for goes to standard output`(arguments: [String]) async throws {
        let ending = try await TocsinProcess.run(arguments, in: folder)
        #expect(ending.status == 0)
        #expect(!ending.output.isEmpty)
        #expect(ending.error.isEmpty)
    }

    @Test func `the help of every server names every option`() async throws {
        for command in ["serve", "demo"] {
            let help = try await TocsinProcess.run([command, "--help"], in: folder).output
            for option in ServeOptions.onCommandLine {
                #expect(help.contains(option.flag + " "), "\(option.flag)")
            }
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
