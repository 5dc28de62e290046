import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// An application that listens on a port of its own.
struct ServedApplication: Sendable {
    let port: Int
    private let group: ServiceGroup

    /// Serves while `test` runs, and ends with it.
    static func with(
        _ router: Router<BasicRequestContext>,
        over server: HTTPServerBuilder = .http1(),
        logger: Logger = Logger(label: "silent", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ test: @Sendable (ServedApplication) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router,
            server: server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            if let number = await ports.first(where: { _ in true }) {
                do {
                    try await test(ServedApplication(port: number, group: group))
                } catch {
                    // A stream that should have ended must not keep the test from failing.
                    tasks.cancelAll()
                    throw error
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    func shutDown() async {
        await group.triggerGracefulShutdown()
    }
}
