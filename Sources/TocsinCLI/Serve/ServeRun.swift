import Logging
import Metrics
import NIOCore
import NIOPosix
import Tocsin
import TocsinMetrics
import TocsinSQLite
import TocsinServer

/// A server, from its settings until it is told to stop.
struct ServeRun: Sendable {
    let settings: ServeSettings
    private let logger: Logger

    init(_ settings: ServeSettings) {
        self.settings = settings
        logger = Logger(label: "tocsin") { _ in LogLines(format: settings.logFormat, logLevel: settings.logLevel) }
    }

    /// A slip of the pen should not go unnoticed.
    func warnOfUnknownVariables(in environment: [String: String]) {
        for variable in UnknownVariables.names(in: environment) {
            logger.warning("the variable \(variable) is no option and has no effect; see 'tocsin serve --help'")
        }
    }

    /// Serves until SIGTERM, SIGINT or SIGHUP.
    ///
    /// - Parameters:
    ///   - work: goes on beside the requests.
    ///   - onListening: is called with the URL once requests are taken.
    func untilStopped(
        beside work: (@Sendable (Hub) async -> Void)? = nil,
        onListening: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        var configuration = settings.configuration
        configuration.authenticator = try await settings.accessRules?.authenticator(logger: logger)
        configuration.certificate = try settings.certificateFiles.map { try ServerCertificate($0, logger: logger) }
        configuration.auditLog = try settings.audit.map { path throws(AuditFileError) in
            try AuditLog(path: path, logger: logger)
        }
        let isSecure = configuration.certificate != nil
        let retention = settings.configuration.hub.retention
        let journal = try journal(keyRetention: .seconds(retention.keyAge))
        // After all that can keep the server from starting, which is told in one line.
        warnOfSettings()
        let metrics = PrometheusRegistry(MetricCatalog.all)
        Gauge(label: "tocsin_build_info", dimensions: [("version", TocsinCommand.version)], factory: metrics).record(1)
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: Self.eventLoops(cores: System.coreCount))
        let server = TocsinServer(
            configuration: configuration, journal: journal, eventLoopGroup: eventLoops, logger: logger, metrics: metrics
        )
        try await server.run(beside: work) { address in
            let url = Self.url(address, isSecure: isSecure)
            logger.info(
                """
                listening on \(url), journal \(settings.data.absolute), which keeps up to \
                \(retention.alarms) alarms for up to \(DurationOption.seconds(retention.age)); \
                \(settings.accessRules == nil ? "there are no access rules" : "requests need a token")
                """)
            onListening(url)
        }
        // The event loops end with the process: Hummingbird has a Task of its own that may still want one.
        logger.info("stopped")
    }

    private func warnOfSettings() {
        if settings.isOpenToAll {
            logger.warning("--insecure-open: anyone who reaches \(settings.configuration.host) may publish and listen")
        }
        for option in settings.idleOptions {
            logger.warning("\(option.flag) has no effect, since there are access rules; leave it out")
        }
        if settings.forgetsAccess {
            logger.warning(
                "--data :memory: keeps nothing: revocations and API keys end with the server; give --data a file")
        }
    }

    /// - Throws: `JournalError` when the file cannot be used; it says why.
    private func journal(keyRetention: Duration) throws(JournalError) -> HubJournal {
        switch settings.data {
        case .memory: .memory(keyRetention: keyRetention)
        case .file(let path): try .sqlite(path: path, keyRetention: keyRetention, logger: logger)
        }
    }

    /// Where a browser finds it.
    static func url(_ address: SocketAddress, isSecure: Bool) -> String {
        let host = address.ipAddress ?? "localhost"
        return "http\(isSecure ? "s" : "")://\(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
    }

    /// How many threads write to streams.
    ///
    /// One core is left to the journal and to the requests of publishers: with as many loops as cores an event took an eighth
    /// more time, since they wait for each other in the kernel.
    static func eventLoops(cores: Int) -> Int { max(1, cores - 1) }
}
