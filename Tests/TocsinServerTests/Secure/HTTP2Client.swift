import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Testing

/// An HTTP/2 connection of a client, over TLS.
final class HTTP2Client: Sendable {
    let channel: any Channel
    let security: ClientSecurity
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    init(to server: some ListeningServer) async throws {
        let security = try ClientSecurity(["h2"])
        self.security = security
        let multiplexer = Taken<NIOHTTP2Handler.StreamMultiplexer?>(nil)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try security.secure(channel)
                    // It may send what is wrong.
                    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
                    configuration.headerBlockValidation = .disabled
                    configuration.contentLengthValidation = .disabled
                    multiplexer.value = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: configuration, streamConfiguration: .init()
                    ) { $0.eventLoop.makeSucceededVoidFuture() }
                }
            }
            .connect(host: "127.0.0.1", port: server.port).get()
        guard let multiplexer = multiplexer.value else { throw ChannelError.operationUnsupported }
        self.multiplexer = multiplexer
    }

    deinit {
        channel.close(promise: nil)
    }

    /// Sends a request on a stream of its own.
    ///
    /// - Parameter isWhole: whether its end is sent.
    /// - Returns: the stream, on which the answer comes as if it were HTTP/1.0.
    func send(
        _ method: String, _ target: String, authority: String = "localhost", fields: [(String, String)] = [],
        body: String = "", isWhole: Bool = true
    ) async throws -> RawConnection {
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        let receiver = Taken<NIOLoopBound<Receiver>?>(nil)
        multiplexer.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(ResponseText())
                receiver.value = try stream.addReceiver()
            }
        }
        let channel = try await promise.futureResult.get()
        let stream = RawConnection(channel, receiver: try #require(receiver.value))
        let head = HPACKHeaders(
            [(":method", method), (":scheme", "https"), (":authority", authority), (":path", target)] + fields)
        let endsWithHead = isWhole && body.isEmpty
        stream.channel.writeAndFlush(
            HTTP2Frame.FramePayload.headers(.init(headers: head, endStream: endsWithHead)), promise: nil)
        if !body.isEmpty {
            stream.channel.writeAndFlush(
                HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer(string: body)), endStream: isWhole)),
                promise: nil)
        }
        return stream
    }

    /// Sends a request and takes its answer.
    func answer(
        to method: String, _ target: String, authority: String = "localhost", fields: [(String, String)] = [],
        body: String = ""
    ) async throws -> RawResponse {
        try await send(method, target, authority: authority, fields: fields, body: body).response(to: method)
    }

    /// Asks for a stream.
    func listen(_ target: String, fields: [(String, String)] = []) async throws -> EventReader {
        try await EventReader(on: try await send("GET", target, fields: fields))
    }

    /// Takes nothing more from the kernel, not even what a connection has to answer by itself.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }
}

/// Writes an answer of HTTP/2 down as one of HTTP/1.0, whose end is that of the connection.
private final class ResponseText: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let head):
            let status = head.headers.first(name: ":status") ?? ""
            let fields = head.headers.filter { $0.name != ":status" }.map { "\($0.name): \($0.value)\r\n" }
            pass("HTTP/1.0 \(status) -\r\n" + fields.joined() + "\r\n", context: context)
            if head.endStream { end(context) }
        case .data(let data):
            if case .byteBuffer(let bytes) = data.data { context.fireChannelRead(wrapInboundOut(bytes)) }
            if data.endStream { end(context) }
        default:
            break
        }
    }

    private func pass(_ text: String, context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(ByteBuffer(string: text)))
    }

    private func end(_ context: ChannelHandlerContext) {
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
}
