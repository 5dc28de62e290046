import NIOCore

/// Asks for a stream over HTTP/1.1 and hands on what comes.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let stream: EventStream
    private let request: ByteBuffer
    private var parser = ResponseParser()

    init(_ stream: EventStream, request: ByteBuffer) {
        self.stream = stream
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        stream.channel = context.channel
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let time = NIODeadline.now().uptimeNanoseconds
        do {
            try unwrapInboundIn(data).withUnsafeReadableBytes { (bytes) throws(LoadError) in
                try parser.parse(bytes) { part in
                    switch part {
                    case .head(let status): stream.answered(status: status)
                    case .body(let bytes): stream.receive(bytes, at: time)
                    // The server closes the connection, or could be asked for another stream; a new one is as good.
                    case .end: context.close(promise: nil)
                    }
                }
            }
        } catch {
            context.fireErrorCaught(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stream.ended("the server closed a stream")
        context.fireChannelInactive()
    }

    static func request(for stream: EventStream, of target: any LoadTarget) -> ByteBuffer {
        var request = "GET \(target.path(ofStream: stream.index)) HTTP/1.1\r\n\(target.commonLines)"
        request += "Accept: text/event-stream\r\n"
        if let id = stream.lastEventID { request += "Last-Event-ID: \(id)\r\n" }
        return ByteBuffer(string: request + "\r\n")
    }
}
