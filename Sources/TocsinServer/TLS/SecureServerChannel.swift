import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS

/// A connection over TLS, whose client chooses HTTP/2 or HTTP/1.1 (ALPN, RFC 7301).
struct SecureServerChannel: HTTPChannelHandler {
    enum Negotiated: Sendable {
        case http1(StreamServerChannel.Value)
        case http2(HTTP2Requests)
    }

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<Negotiated>
    }

    let responder: HTTPChannelHandler.Responder
    let configuration: ConnectionConfiguration
    let certificate: ServerCertificate

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            guard let context = certificate.context else { throw ChannelError.operationUnsupported }
            try configuration.begin(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: context))
            try pipeline.addHandler(HandshakeHandler(configuration))
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result, channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel, for: result) }
            }
            try pipeline.addHandler(negotiation)
            let negotiated = negotiation.protocolNegotiationResult
            negotiated.whenFailure { _ in channel.close(promise: nil) }
            return Value(channel: channel, negotiated: negotiated)
        }
    }

    private var http1: StreamServerChannel {
        StreamServerChannel(responder: responder, configuration: configuration)
    }

    private func configure(_ channel: any Channel, for result: ALPNResult) throws -> Negotiated {
        switch result {
        case .negotiated("h2"): .http2(try HTTP2Requests.configure(channel, configuration))
        case .negotiated("http/1.1"), .fallback: .http1(try http1.configure(channel))
        case .negotiated: throw NIOHTTP2Errors.invalidALPNToken()
        }
    }

    func handle(value: Value, logger: Logger) async {
        switch try? await value.negotiated.get() {
        case .http1(let value):
            await http1.handle(value: value, logger: logger)
        case .http2(let requests):
            await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
                await withDiscardingTaskGroup { group in
                    for await channel in requests.channels {
                        group.addTask { await handleHTTP(asyncChannel: channel, logger: logger) }
                    }
                }
            }
        case nil:
            break
        }
    }
}
