import Logging
import NIOCore
import NIOPosix
import Patience
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@testable import Tocsin
@testable import TocsinServer

/// What a test connects to.
protocol ListeningServer: Sendable {
    /// On 127.0.0.1.
    var port: Int { get }
}

/// A whole server in this process, on a port of its own, which keeps its journal in memory.
final class TestServer: ListeningServer {
    struct Options {
        var configuration = ServerConfiguration()
        var limits = ConnectionLimits()
        var eventLoops = 1
        var journal: any Journal = MemoryJournal(now: Timestamp.now)
        var records: any RecordStore = MemoryRecords()
        var work: (@Sendable (Hub) async -> Void)?
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

        init() {
            configuration.port = 0
        }
    }

    let hub: Hub
    let port: Int
    private let shutdown: GracefulShutdownTestTrigger
    private let running: Task<Void, any Error>

    private init(hub: Hub, port: Int, shutdown: GracefulShutdownTestTrigger, running: Task<Void, any Error>) {
        self.hub = hub
        self.port = port
        self.shutdown = shutdown
        self.running = running
    }

    /// Runs a server for as long as `body` takes.
    static func serving<Value: Sendable>(
        _ change: (inout Options) -> Void = { _ in }, _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        var options = Options()
        change(&options)
        let group = LentEventLoops.take(options.eventLoops)
        defer { LentEventLoops.giveBack(group, options.eventLoops) }
        return try await testGracefulShutdown { [options] shutdown in
            let server = try await start(options, on: group, endedBy: shutdown)
            let value = await Result.caught { try await body(server) }
            try await server.stop()
            return try value.get()
        }
    }

    private static func start(
        _ options: Options, on group: MultiThreadedEventLoopGroup, endedBy shutdown: GracefulShutdownTestTrigger
    ) async throws -> TestServer {
        let server = TocsinServer(
            configuration: options.configuration,
            journal: HubJournal(
                options.journal, records: options.records,
                keyRetention: options.configuration.hub.retention.keyAge, close: {}),
            eventLoopGroup: group, logger: options.logger)
        let hub = try await server.hub()
        let (ports, listening) = AsyncThrowingStream.makeStream(of: Int.self)
        let services = try await server.services(around: hub, limits: options.limits, beside: options.work) { address in
            listening.yield(address.port ?? 0)
        }
        let running = Task {
            let ending = await Result.caught { try await server.run(services, of: hub, endedBy: []) }
            listening.finish(throwing: ending.error)
            try ending.get()
        }
        let port = try #require(try await ports.first { _ in true })
        return TestServer(hub: hub, port: port, shutdown: shutdown, running: running)
    }

    /// Asks it to end, as a signal does.
    func beginShutdown() {
        shutdown.triggerGracefulShutdown()
    }

    /// Asks it to end and waits until it has.
    func stop() async throws {
        beginShutdown()
        try await running.value
    }

    // MARK: What most tests do

    /// Sends a request on a connection of its own and takes the answer.
    func answer(to request: RawRequest) async throws -> RawResponse {
        let connection = try await RawConnection(to: port)
        try await connection.send(request.bytes)
        return try await connection.response(to: request.method)
    }

    /// - Returns: its id.
    @discardableResult
    func publish(_ alarm: String) async throws -> String {
        let response = try await answer(to: .post(alarm))
        try #require(response.status == 201, "\(response.text)")
        return try response.json(Published.self).id
    }

    struct Published: Decodable {
        let id: String
    }

    /// Waits until something about the hub holds, which no message tells.
    func eventually(_ what: String, _ holds: @Sendable (Hub) async -> Bool) async throws {
        try await Patience.eventually(what) { await holds(hub) }
    }
}

extension Result where Failure == any Error {
    static func caught(_ body: () async throws -> Success) async -> Result {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    var error: (any Error)? {
        if case .failure(let error) = self { error } else { nil }
    }
}
