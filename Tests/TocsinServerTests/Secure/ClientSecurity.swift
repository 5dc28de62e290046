import NIOCore
import NIOSSL
import NIOTLS

/// TLS as a client has it that takes any certificate, and keeps the one it was shown.
struct ClientSecurity: Sendable {
    private let context: NIOSSLContext
    let outcome = Taken<(negotiated: String?, certificate: NIOSSLCertificate?)?>(nil)

    /// - Parameters:
    ///   - protocols: what it offers to speak (ALPN).
    ///   - newest: the newest version of TLS that it knows.
    init(_ protocols: [String], upTo newest: TLSVersion? = nil) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        configuration.certificateVerification = .none
        configuration.applicationProtocols = protocols
        configuration.shutdownTimeout = .milliseconds(100)
        context = try NIOSSLContext(configuration: configuration)
    }

    func secure(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
        try pipeline.addHandler(HandshakeObserver(outcome: outcome))
    }
}

private final class HandshakeObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let outcome: Taken<(negotiated: String?, certificate: NIOSSLCertificate?)?>

    init(outcome: Taken<(negotiated: String?, certificate: NIOSSLCertificate?)?>) {
        self.outcome = outcome
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let negotiated) = event {
            outcome.value = (negotiated, try? context.pipeline.syncOperations.nioSSL_peerCertificate())
        }
        context.fireUserInboundEventTriggered(event)
    }
}
