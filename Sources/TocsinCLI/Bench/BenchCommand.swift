import ArgumentParser
import Foundation
import TocsinBench

/// `tocsin bench`: puts a load on a running server and says how it bore it.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Load test of a running server.",
        usage: """
            tocsin bench [--streams N] [--publishers N] [--duration D] [--size BYTES]
                         [--topics N | --users N] [--rate N] [--pid ID] [--json]
                         [--http2] [--streams-per-connection N]
                         [--token TOKEN] [--yes-load-this-host] [URL]
            """,
        discussion: """
            It opens streams, publishes alarms of its own to them, and checks that each stream gets each alarm once and \
            in order. The alarms are to names that begin with bench- and may be forgotten after a minute. The load \
            comes from this machine: what it can do at most is part of what is measured.

            Where the server asks for tokens, one is needed that may publish to anything and listen to it:

                tocsin token --publish '*' --subscribe '*'
            """)

    /// The options that are followed by a value.
    static let optionsWithValue: Set<String> = [
        "--streams", "--publishers", "--duration", "--topics", "--users", "--size", "--rate", "--pid", "--token",
        "--streams-per-connection",
    ]

    @Option(help: ArgumentHelp("Streams to open.", valueName: "n"))
    var streams = 1000

    @Option(help: ArgumentHelp("Connections that publish, with one request at a time on each.", valueName: "n"))
    var publishers = 64

    @Option(help: ArgumentHelp("How long to publish: seconds, or 30s, 5m.", valueName: "duration"))
    var duration = "10s"

    @Option(help: ArgumentHelp("Topics to publish to, over which the streams are spread (default: 1).", valueName: "n"))
    var topics: Int?

    @Option(help: ArgumentHelp("Users to publish to instead, over whom the streams are spread.", valueName: "n"))
    var users: Int?

    @Option(help: ArgumentHelp("Bytes of data of each alarm.", valueName: "bytes"))
    var size = 100

    @Option(
        help: ArgumentHelp("Publishes a second (default: each connection sends once it has an answer).", valueName: "n")
    )
    var rate: Int?

    @Flag(help: "Open the streams over HTTP/2, for which the URL begins with https.")
    var http2 = false

    @Option(help: ArgumentHelp("Streams that share a connection over HTTP/2 (default: 10).", valueName: "n"))
    var streamsPerConnection: Int?

    @Option(help: ArgumentHelp("Process of the server, whose processor time and memory are told too.", valueName: "id"))
    var pid: Int32?

    @OptionGroup
    var access: TokenOption

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Put the load on a server that is not on this machine; it should be yours.")
    var yesLoadThisHost = false

    @Argument(
        help: ArgumentHelp(
            "The server (default: \(ServerAccess.serverVariable), or \(ServerAccess.defaultServer)).",
            valueName: "url"))
    var url: String?

    func run() async throws {
        let plan = try BenchPlan(self, environment: ProcessInfo.processInfo.environment)
        let limit = OpenFileLimit.raise()
        let needed = plan.settings.streams + plan.settings.publishers + BenchPlan.filesBesideConnections
        guard needed <= limit else {
            throw CommandFailure(
                "\(needed) open files are needed, which is more than the limit of \(limit); "
                    + "raise it with 'ulimit -n \(needed)', or open fewer streams")
        }
        let result = try await BenchRun(plan).result()
        print(json ? result.json : result.table, terminator: "")
        if let problem = result.problem { throw CommandFailure(problem) }
    }
}
