import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOPosix
import Tocsin
import TocsinSQLite
import TocsinServer

/// `tocsin serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve alarms over HTTP.",
        discussion: """
            Each option is also an environment variable: --max-connections is TOCSIN_MAX_CONNECTIONS. The command line \
            wins. Lists have commas between their elements there. A duration is a number of seconds, or 250ms, 30s, \
            5m, 12h, 7d.
            """)

    @Option(ServeOptions.host) var host: String?
    @Option(ServeOptions.port) var port: String?
    @Flag(ServeOptions.insecureOpen) var insecureOpen = false
    @Option(ServeOptions.allowedHost) var allowedHost: [String] = []
    @Option(ServeOptions.corsOrigin) var corsOrigin: [String] = []
    @Option(ServeOptions.data) var data: String?
    @Option(ServeOptions.retain) var retain: String?
    @Option(ServeOptions.retainAlarms) var retainAlarms: String?
    @Option(ServeOptions.keyRetention) var keyRetention: String?
    @Option(ServeOptions.defaultLanguage) var defaultLanguage: String?
    @Option(ServeOptions.greeting) var greeting: String?
    @Option(ServeOptions.heartbeat) var heartbeat: String?
    @Option(ServeOptions.connections) var connections: String?
    @Option(ServeOptions.maxConnections) var maxConnections: String?
    @Option(ServeOptions.maxBody) var maxBody: String?
    @Option(ServeOptions.drain) var drain: String?

    /// What the command line says, for each option.
    var given: [OptionDescription: GivenValue] {
        [
            ServeOptions.host.description: .text(host),
            ServeOptions.port.description: .text(port),
            ServeOptions.insecureOpen.description: .flag(insecureOpen),
            ServeOptions.allowedHost.description: .list(allowedHost),
            ServeOptions.corsOrigin.description: .list(corsOrigin),
            ServeOptions.data.description: .text(data),
            ServeOptions.retain.description: .text(retain),
            ServeOptions.retainAlarms.description: .text(retainAlarms),
            ServeOptions.keyRetention.description: .text(keyRetention),
            ServeOptions.defaultLanguage.description: .text(defaultLanguage),
            ServeOptions.greeting.description: .text(greeting),
            ServeOptions.heartbeat.description: .text(heartbeat),
            ServeOptions.connections.description: .text(connections),
            ServeOptions.maxConnections.description: .text(maxConnections),
            ServeOptions.maxBody.description: .text(maxBody),
            ServeOptions.drain.description: .text(drain),
        ]
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try ServeSettings(
            OptionReader(given: given, environment: environment), openFileLimit: OpenFileLimit.raise())
        let logger = Logger(label: "tocsin", factory: { StreamLogHandler.standardError(label: $0) })
        for variable in UnknownVariables.names(in: environment) {
            logger.warning("the variable \(variable) is no option and has no effect; see 'tocsin serve --help'")
        }
        if settings.isOpenToAll {
            logger.warning(
                "--insecure-open: anyone who reaches \(settings.configuration.host) may publish and listen")
        }
        try await serve(settings, logger: logger)
    }

    /// Where a browser finds it.
    static func url(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? "localhost"
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
    }

    /// How many threads write to streams.
    ///
    /// One core is left to the journal and to the requests of publishers: with as many loops as cores an event took an eighth
    /// more time, since they wait for each other in the kernel.
    static func eventLoops(cores: Int) -> Int { max(1, cores - 1) }

    private func serve(_ settings: ServeSettings, logger: Logger) async throws {
        let journal = try OpenedJournal(
            settings.data, keyRetention: settings.configuration.hub.retention.keyAge, logger: logger)
        let retention = settings.configuration.hub.retention
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: Self.eventLoops(cores: System.coreCount))
        let server = TocsinServer(
            configuration: settings.configuration, journal: journal.journal, closeJournal: journal.close,
            eventLoopGroup: eventLoops, logger: logger)
        try await server.run { address in
            logger.info(
                """
                listening on \(Self.url(address)), journal \(settings.data.absolute), which keeps up to \
                \(retention.alarms) alarms for up to \(DurationOption.seconds(retention.age))
                """)
        }
        try await eventLoops.shutdownGracefully()
        logger.info("stopped")
    }
}
