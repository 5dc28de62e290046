import Logging
import NIOCore
import NIOPosix
import Patience
import Testing

@testable import Tocsin
@testable import TocsinServer

/// The part of a server that has the streams, without Hummingbird: what a test can look into.
final class StreamListener: ListeningServer {
    struct Options {
        var hub = Hub.Configuration()
        var limits = ConnectionLimits()
        var registry: any ConnectionRegistry = LocalConnectionRegistry()
        var journal: any Journal = MemoryJournal(now: Timestamp.now)
        /// Bytes that the kernel takes for a connection before its client reads.
        var sendBuffer: Int32 = 16 << 10
    }

    let hub: Hub
    let port: Int
    private let connections: Taken<[any Channel]>

    private init(hub: Hub, port: Int, connections: Taken<[any Channel]>) {
        self.hub = hub
        self.port = port
        self.connections = connections
    }

    /// Listens for as long as `body` takes.
    static func listening<Value: Sendable>(
        _ change: (inout Options) -> Void = { _ in }, _ body: (StreamListener) async throws -> Value
    ) async throws -> Value {
        var options = Options()
        change(&options)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let hub = try await Hub(
            journal: options.journal, registry: options.registry, eventLoops: Array(group.makeIterator()),
            configuration: options.hub, now: Timestamp.now, logger: logger)
        let connections = Taken<[any Channel]>([])
        let channel = StreamServerChannel(
            responder: { _, _, _ in },
            configuration: ConnectionConfiguration(
                hub: hub, gate: StreamGate(access: try AccessPolicy(host: "127.0.0.1"), observer: .silent),
                limits: options.limits, maximumBody: 1 << 20, open: OpenConnections(), logger: logger))
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_sndbuf), value: .init(options.sendBuffer))
            .childChannelInitializer { connection in
                connections.change { $0.append(connection) }
                return channel.setup(channel: connection, logger: logger).map { _ in }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = StreamListener(
            hub: hub, port: try #require(listener.localAddress?.port), connections: connections)
        let dispatching = Task { await hub.dispatch() }
        let value = await Result.caught { try await body(server) }
        dispatching.cancel()
        try await listener.close()
        try await group.shutdownGracefully()
        return try value.get()
    }

    /// Bytes that the connection that came as that one has not been able to give to the kernel.
    func heldBytes(of index: Int) async throws -> Int {
        let channel = connections.value[index]
        return try await channel.getOption(.bufferedWritableBytes).get()
    }

    /// How many streams its shard knows.
    func streams() async throws -> Int {
        let eventLoop = try #require(connections.value.first?.eventLoop)
        let hub = hub
        return try await eventLoop.submit { hub.shard(on: eventLoop)?.count ?? 0 }.get()
    }

    /// Publishes without HTTP.
    ///
    /// - Returns: their ids.
    @discardableResult
    func publish(_ alarms: [Alarm]) async throws -> [String] {
        guard case .published(let publications) = try await hub.publisher.publish(.publish(alarms)) else { return [] }
        return publications.map(\.id.description)
    }

    func eventually(_ what: String, _ holds: (StreamListener) async throws -> Bool) async throws {
        try await Patience.eventually(what) { try await holds(self) }
    }
}

extension Alarm {
    /// An alarm whose data are so many bytes, numbered.
    static func numbered(_ number: Int, to audience: Audience, bytes: Int) -> Alarm {
        let text = "\(number) " + String(repeating: "x", count: bytes)
        return Alarm(
            audience: audience, event: .alarm, data: .text(text), translations: [], retry: nil, ttl: nil, key: nil)
    }
}
