import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import NIOPosix
import ServiceLifecycle
package import Tocsin
import TocsinAccess
package import TocsinMetrics
import UnixSignals

/// The server: the hub behind HTTP.
package struct TocsinServer: Sendable {
    private let configuration: ServerConfiguration
    private let journal: HubJournal
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let logger: Logger
    private let metrics: ServerMetrics
    private let openConnections = OpenConnections()
    private let deadline = DrainDeadline()

    /// - Parameters:
    ///   - journal: is closed when all is done.
    ///   - metrics: where all is measured that `/metrics` shows.
    package init(
        configuration: ServerConfiguration, journal: HubJournal,
        eventLoopGroup: MultiThreadedEventLoopGroup, logger: Logger,
        metrics: PrometheusRegistry = PrometheusRegistry(MetricCatalog.all)
    ) {
        self.configuration = configuration
        self.journal = journal
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.metrics = ServerMetrics(metrics, auditLog: configuration.auditLog)
    }

    /// Serves until SIGTERM, SIGINT or SIGHUP, then ends streams, answers what is being published and returns. A
    /// second signal ends the process at once.
    ///
    /// - Parameters:
    ///   - work: goes on beside the requests, in a Task that is cancelled first when the server stops.
    ///   - onListening: is called with the address once requests are taken.
    /// - Throws: ``ServerStartError`` when it cannot listen, `JournalError` when the journal cannot be read.
    package func run(
        beside work: (@Sendable (Hub) async -> Void)? = nil,
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
    ) async throws {
        let result = await Result.catching {
            let hub = try await hub()
            let services = try await services(
                around: hub, limits: configuration.limits, beside: work, onListening: onListening)
            try await run(services, of: hub, endedBy: UnixSignal.ends)
        }
        // A disk that hangs must not keep the process: what was answered is on it.
        if await !isDone(within: deadline.remaining, journal.close) {
            logger.error("the journal could not be closed within --drain, and is left as after a crash")
        }
        try result.get()
    }

    func hub() async throws -> Hub {
        try await Hub(
            journal: journal.journal, eventLoops: Array(eventLoopGroup.makeIterator()),
            configuration: configuration.hub, now: Timestamp.now, logger: logger, metrics: metrics.registry)
    }

    /// They stop in the reverse order: first the streams, then what is being published, then what serves both.
    ///
    /// - Parameters:
    ///   - limits: of each connection.
    ///   - work: what else goes on.
    func services(
        around hub: Hub, limits: ConnectionLimits,
        beside work: (@Sendable (Hub) async -> Void)? = nil, onListening: @escaping @Sendable (SocketAddress) -> Void
    ) async throws -> [any Service] {
        let authenticator = try await configuration.authenticator?.keeping(in: journal.records)
        var services: [any Service] = [
            BackgroundService { await hub.maintain() },
            BackgroundService { await hub.dispatch() },
            OnEventLoop(
                service: try application(hub, authenticator, limits, onListening), eventLoop: eventLoopGroup.any()),
            StreamDrain(hub: hub, deadline: deadline, drain: configuration.drain),
        ]
        if let certificate = configuration.certificate {
            services.append(GuestService { await certificate.watch() })
        }
        if let auditLog = configuration.auditLog {
            services.insert(BackgroundService { await auditLog.keepUp() }, at: 0)
        }
        if let authenticator {
            let upkeep = AccessUpkeep(authenticator, log: RecurringLog(logger))
            // Before what serves, so that it ends after it.
            services.insert(BackgroundService { await upkeep.run() }, at: 0)
            if let keySet = authenticator.keySet {
                services.append(GuestService { await keySet.keepFresh() })
                let lostKeys = LostKeys(authenticator: authenticator, keySet: keySet, hub: hub)
                services.append(GuestService { await lostKeys.run() })
            }
        }
        if let work { services.append(GuestService { await work(hub) }) }
        return services
    }

    /// Serves until the group that it runs in, or one of the signals, ends it gracefully.
    func run(_ services: [any Service], of hub: Hub, endedBy signals: [UnixSignal]) async throws {
        var settings = ServiceGroupConfiguration(services: services, logger: loggerOfOthers)
        settings.maximumGracefulShutdownDuration = configuration.drain
        let group = ServiceGroup(configuration: settings)
        let signals = await StopSignals(signals, logger: logger) { await group.triggerGracefulShutdown() }
        defer { signals.release() }
        do {
            guard try await hasEnded({ try await group.run() }) else {
                logger.error("some requests are still not answered after --drain: the journal does not answer")
                return
            }
        } catch is CancellationError {
            logger.warning("some requests were not answered within --drain")
        } catch let error as IOError {
            throw ServerStartError(error, host: configuration.host, port: configuration.port)
        } catch is SocketAddressError.UnknownHost {
            throw ServerStartError(unknownHost: configuration.host)
        }
        if await !isDone(within: deadline.remaining, { await hub.publisher.close() }) {
            logger.error("some publishes were not answered within --drain: the journal does not answer")
        }
        if let auditLog = configuration.auditLog, await !isDone(within: deadline.remaining, auditLog.flush) {
            logger.error("the last lines of the audit log could not be written within --drain")
        }
        // Streams and answers that are being taken hold no Task, so nobody has waited for them yet.
        if await !isDone(within: deadline.remaining, { await openConnections.whenNone() }) {
            logger.warning("some connections did not end within --drain and were closed")
        }
    }

    /// Waits for what serves, but after the deadline no more: a request may be waiting for a disk that hangs, which nobody can
    /// cancel.
    ///
    /// - Returns: whether it has ended.
    private func hasEnded(_ serve: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let (endings, ending) = AsyncStream.makeStream(of: Result<Bool, any Error>.self)
        let serving = Task {
            ending.yield(
                await Result.catching {
                    try await serve()
                    return true
                })
        }
        let watching = Task {
            await deadline.hasPassed()
            ending.yield(.success(false))
        }
        defer { watching.cancel() }
        return try await withTaskCancellationHandler {
            try await endings.first { _ in true }?.get() ?? false
        } onCancel: {
            serving.cancel()
        }
    }

    private func application(
        _ hub: Hub, _ authenticator: Authenticator?, _ limits: ConnectionLimits,
        _ onListening: @escaping @Sendable (SocketAddress) -> Void
    ) throws -> some Service {
        let certificate = configuration.certificate
        let access = try AccessPolicy(
            host: configuration.host, allowedHosts: configuration.allowedHosts, corsOrigins: configuration.corsOrigins,
            isSecure: certificate != nil, authenticator: authenticator)
        let clients = ClientAddresses(trustedProxies: configuration.trustedProxies)
        let observer = RequestObserver(metrics.requests, auditLog: configuration.auditLog, logger: logger)
        let connections = ConnectionConfiguration(
            hub: hub, gate: StreamGate(access: access, observer: observer), clients: clients, limits: limits,
            maximumBody: configuration.maximumBody, open: openConnections, isSecure: certificate != nil, logger: logger)
        let limit = configuration.maximumOpenConnections
        let acceptFailures = AcceptFailures(log: RecurringLog(logger))
        return Application(
            responder: ServerResponder(
                hub: hub, access: access, authenticator: authenticator, clients: clients,
                configuration: configuration,
                acceptFailures: acceptFailures,
                metrics: MetricsRoute(hub: hub, metrics: metrics, connections: openConnections), observer: observer),
            server: HTTPServerBuilder { responder in
                if let certificate {
                    return SecureServerChannel(
                        responder: responder, configuration: connections, certificate: certificate)
                }
                return StreamServerChannel(responder: responder, configuration: connections)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                // The default queue of 256 holds up ten thousand clients that come back at once.
                backlog: 4096,
                availableConnectionsDelegate: limit < .max ? MaximumAvailableConnections(limit) : nil),
            onServerRunning: { channel in
                try? await channel.pipeline.addHandler(acceptFailures, position: .first).get()
                channel.localAddress.map(onListening)
            },
            eventLoopGroupProvider: .shared(eventLoopGroup),
            logger: loggerOfOthers)
    }

    /// For packages that say what is said here already, such as where the server listens.
    private var loggerOfOthers: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .notice)
        return logger
    }
}

/// Work that goes on beside the requests until the server stops.
private struct BackgroundService: Service {
    let work: @Sendable () async -> Void

    init(_ work: @escaping @Sendable () async -> Void) {
        self.work = work
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}

/// A service whose Tasks run on an event loop.
private struct OnEventLoop<Guest: Service>: Service {
    let service: Guest
    let eventLoop: any EventLoop

    func run() async throws {
        try await withTaskExecutorPreference(EventLoopExecutor(eventLoop)) { try await service.run() }
    }
}

/// Work of others, which the end of the server does not wait for: it may be waiting for a disk that hangs.
private struct GuestService: Service {
    let work: @Sendable () async -> Void

    func run() async throws {
        let task = Task { await work() }
        try? await gracefulShutdown()
        task.cancel()
    }
}

/// Ends the streams. They hold no Task, so no server waits for them.
private struct StreamDrain: Service {
    let hub: Hub
    let deadline: DrainDeadline
    let drain: Duration

    func run() async throws {
        try? await gracefulShutdown()
        deadline.set(in: drain)
        await hub.drainStreams(within: drain)
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Result {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
