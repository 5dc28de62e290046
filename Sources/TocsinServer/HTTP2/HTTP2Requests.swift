import NIOCore
import NIOHTTP2

/// The requests of an HTTP/2 connection that are not for streams, for the one Task that serves them.
struct HTTP2Requests: Sendable {
    let channels: AsyncStream<RequestChannel>

    /// Streams at a time on one connection; every page of a browser may share it.
    static let maximumStreams = 1000

    /// Adds what speaks HTTP/2 to a connection whose TLS is established.
    static func configure(_ channel: any Channel, _ configuration: ConnectionConfiguration) throws -> HTTP2Requests {
        if let options = channel.syncOptions {
            // Requests have ends of their own here: a FIN means that the client is gone.
            try options.setOption(.allowRemoteHalfClosure, value: false)
            try options.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 16 << 10))
        }
        let (channels, requests) = AsyncStream.makeStream(of: RequestChannel.self)
        channel.closeFuture.whenComplete { _ in requests.finish() }
        let handler = HTTP2ConnectionHandler(configuration.limits, on: channel.eventLoop)
        let limits = NIOHTTP2Handler.Configuration(configuration.limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP2FlushGate())
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: limits.connection, streamConfiguration: limits.stream,
            streamDelegate: handler.streamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(
                    try HTTP2StreamHandler(configuration, on: stream.eventLoop, requests: requests))
            }
        }
        try pipeline.addHandler(handler)
        return HTTP2Requests(channels: channels)
    }
}

extension NIOHTTP2Handler.Configuration {
    /// What keeps one connection from costing more than its share.
    fileprivate init(_ limits: ConnectionLimits) {
        self.init()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: HTTP2Requests.maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: ConnectionLimits.headSize),
        ]
        // Answers to pings and settings that a peer asks for and does not read.
        connection.maximumBufferedControlFrames = 1000
        stream.outboundBufferSizeHighWatermark = limits.streamBuffer.high
        stream.outboundBufferSizeLowWatermark = limits.streamBuffer.low
        // A page that goes away resets all its streams at once; more of them than this is an attack (CVE-2023-44487).
        stream.streamResetFrameRateLimit.maximumCount = 500
    }
}
