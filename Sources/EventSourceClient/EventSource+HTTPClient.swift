public import AsyncHTTPClient
import NIOCore

extension EventSource {
    /// Makes the connections of all sources that are given no other client. It is never shut down.
    ///
    /// Unlike `HTTPClient.shared` it does not give up a stream that is silent for 90 seconds, does not limit the streams of a
    /// host (eight otherwise; the ninth would wait for ever), reports a refused connection at once, and has the operating
    /// system look after peers that vanish (TCP keep-alive).
    public static let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: httpClientConfiguration)

    /// The configuration of ``httpClient``, for a client of your own with, say, other certificates.
    public static var httpClientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            // As many as Fetch allows.
            redirectConfiguration: .follow(max: 20, allowCycles: false))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = .max
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = keepAlive
        configuration.http2ConnectionDebugInitializer = keepAlive
        return configuration
    }

    @Sendable private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.setOption(.socketOption(.so_keepalive), value: 1)
    }
}
