import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

typealias RequestChannel = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// An HTTP/1.1 connection: Hummingbird serves its requests until it asks for a stream, and then the hub has it.
///
/// A stream holds no Task and no `NIOAsyncChannel`, but only what is on its event loop.
struct StreamServerChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The channel for Hummingbird once there is a request for it; `nil` when the connection became a stream or closed.
        let requests: EventLoopFuture<RequestChannel?>
    }

    let responder: HTTPChannelHandler.Responder
    let configuration: ConnectionConfiguration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try configuration.begin(channel)
            return try configure(channel)
        }
    }

    /// Adds what speaks HTTP/1.1.
    func configure(_ channel: any Channel) throws -> Value {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = ConnectionLimits.headSize
        limits.maxHeaderFieldSize = ConnectionLimits.headSize
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        let requests = channel.eventLoop.makePromise(of: RequestChannel?.self)
        let handler = try HTTP1ConnectionHandler(configuration, on: channel.eventLoop, requests: requests)
        try channel.pipeline.syncOperations.addHandler(handler)
        return Value(channel: channel, requests: requests.futureResult)
    }

    func handle(value: Value, logger: Logger) async {
        guard let channel = try? await value.requests.get() else { return }
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await handleHTTP(asyncChannel: channel, logger: logger)
        }
    }
}
