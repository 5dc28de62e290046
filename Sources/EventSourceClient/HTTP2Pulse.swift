import NIOCore
import NIOHTTP2

/// Closes a connection over HTTP/2 whose peer is silent and does not answer a ping either.
///
/// The HTTP client uses it for all streams of a host, those after a timeout too, so that a dead one would be asked for ever.
final class HTTP2Pulse: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// How often it looks.
    private static let interval = TimeAmount.seconds(15)
    private var looking: RepeatedTask?
    private var hasRead = false
    private var hasAsked = false

    /// Puts it behind the decoder of a client's connection. On its event loop only.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: NIOHTTP2Handler.self)
        try pipeline.addHandler(HTTP2Pulse(), position: .after(decoder))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        looking = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            let (pulse, context) = bound.value
            pulse.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        looking?.cancel()
    }

    /// Whatever has come: frames of streams do not pass here, and what a ping is answered with may be far behind them.
    func channelReadComplete(context: ChannelHandlerContext) {
        hasRead = true
        context.fireChannelReadComplete()
    }

    private func look(_ context: ChannelHandlerContext) {
        switch (hasRead, hasAsked) {
        case (true, _): hasAsked = false
        case (false, true): context.close(promise: nil)
        case (false, false):
            hasAsked = true
            let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
            context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
        }
        hasRead = false
    }
}
