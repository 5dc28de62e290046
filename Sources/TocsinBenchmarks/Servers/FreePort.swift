import NIOCore
import NIOPosix

/// Ports of this machine, for servers that cannot choose one by themselves.
enum FreePort {
    /// A port on which nothing listens.
    static func find() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        guard let port else { throw BenchmarkError("there is no free port") }
        return port
    }

    static func isListening(_ port: Int) async -> Bool {
        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        channel?.close(promise: nil)
        return channel != nil
    }
}
