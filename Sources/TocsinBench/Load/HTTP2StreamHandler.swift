import NIOCore
import NIOHPACK
import NIOHTTP2

/// Asks for a stream over HTTP/2 and hands on what comes.
final class HTTP2StreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let stream: EventStream
    private let request: HPACKHeaders

    init(_ stream: EventStream, request: HPACKHeaders) {
        self.stream = stream
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        stream.channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: request, endStream: true))), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let payload):
            stream.answered(status: payload.headers.first(name: ":status").flatMap { Int($0) } ?? 0)
        case .data(let payload):
            guard case .byteBuffer(let buffer) = payload.data else { return }
            let time = Load.now
            buffer.withUnsafeReadableBytes { stream.receive($0, at: time) }
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stream.ended("the server closed a stream")
        context.fireChannelInactive()
    }

    static func request(for stream: EventStream, of target: any LoadTarget) -> HPACKHeaders {
        var headers: HPACKHeaders = [
            ":method": "GET", ":scheme": "https", ":authority": target.authority,
            ":path": target.path(ofStream: stream.index), "accept": "text/event-stream",
        ]
        for field in target.fields { headers.add(name: field.name.lowercased(), value: field.value) }
        if let id = stream.lastEventID { headers.add(name: "last-event-id", value: id) }
        return headers
    }
}
