public import AsyncHTTPClient
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
import NIOCore

extension EventSource {
    /// Makes the connections of all sources that are given no other client. It is never shut down.
    ///
    /// Unlike `HTTPClient.shared` it does not give up a stream that is silent for 90 seconds, does not limit the connections to
    /// a host (eight otherwise; the ninth stream would wait for ever), reports a refused connection at once, has the operating
    /// system look after peers that vanish (TCP keep-alive), asks those of HTTP/2 that are silent (ping), and survives statuses and redirects that are none.
    ///
    /// Over HTTP/2 the streams of a host share one connection. It has room for as many as the server allows, often 100 or 128;
    /// more streams than that wait. A client whose configuration says `httpVersion = .http1Only` gives each its own.
    public static let httpClient = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: httpClientConfiguration)

    /// The configuration of ``httpClient``, for a client of your own with, say, other certificates.
    public static var httpClientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            // As many as Fetch allows.
            redirectConfiguration: .follow(max: 20, allowCycles: false))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = .max
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture { try HTTP1AnswerCheck.add(to: channel) }
                .flatMap { keepAlive(channel) }
        }
        configuration.http2ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture { try HTTP2Pulse.add(to: channel) }
                .flatMap { keepAlive(channel) }
        }
        configuration.http2StreamChannelDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture { try HTTP2AnswerCheck.add(to: channel) }
        }
        return configuration
    }

    /// Has a peer noticed that vanished without a word, after two minutes where the system lets that be chosen.
    @Sendable private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
        var set = channel.setOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
        for (name, value) in [(TCP_KEEPIDLE, 60), (TCP_KEEPINTVL, 20), (TCP_KEEPCNT, 3)] {
            set = set.flatMap { channel.setOption(.tcpOption(.init(rawValue: name)), value: value) }
        }
        #endif
        // It is as well without, where a transport does not know them.
        return set.flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }
    }
}
