import NIOCore
import NIOHTTP2

/// Looks after an HTTP/2 connection as a whole: ends it when nothing is asked on it, when the server stops, and when what
/// comes on it is no HTTP/2.
final class HTTP2ConnectionHandler: ChannelInboundHandler, TimedHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// Any number will do: nothing else sends pings.
    private static let ping = HTTP2PingData(withInteger: 1)

    private var machine = HTTP2ConnectionStateMachine()
    private let limits: ConnectionLimits
    private let eventLoop: any EventLoop
    private(set) var context: ChannelHandlerContext?
    var timer: Scheduled<Void>?
    private var idleSince = NIODeadline.now()
    /// What the peer had taken when it was last asked whether it takes anything, and since when it is that.
    private var takenSoFar: UInt64?
    private var takenSince = NIODeadline.now()

    init(_ limits: ConnectionLimits, on eventLoop: any EventLoop) {
        self.limits = limits
        self.eventLoop = eventLoop
    }

    // MARK: The connection's life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        awaitRequest(for: limits.requestTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimer()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(Self.ping, ack: true) = unwrapInboundIn(data).payload {
            peerHeard()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            leave()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A request that is wrong has cost its own stream already.
        guard !HTTP2StreamFault.isOnly(error) else { return }
        context.close(promise: nil)
    }

    // MARK: Streams

    /// Told of each of the connection's streams.
    var streamDelegate: some NIOHTTP2StreamDelegate {
        StreamDelegate(handler: NIOLoopBound(self, eventLoop: eventLoop))
    }

    private struct StreamDelegate: NIOHTTP2StreamDelegate {
        let handler: NIOLoopBound<HTTP2ConnectionHandler>

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.machine.streamOpened(Int(id))
        }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.streamClosed()
        }
    }

    private func streamClosed() {
        idleSince = .now()
        guard machine.streamClosed() else { return }
        // The frame that closed the stream is written only when this returns.
        eventLoop.assumeIsolated().execute { [self] in close() }
    }

    // MARK: The end

    private func awaitRequest(for delay: TimeAmount) {
        schedule(in: delay) { [self] context in
            let idle = NIODeadline.now() - idleSince
            if !machine.isIdle {
                closeIfStalled(context)
                awaitRequest(for: min(limits.requestTimeout, limits.stallTimeout))
            } else if idle < limits.requestTimeout {
                awaitRequest(for: limits.requestTimeout - idle)
            } else {
                leave()
            }
        }
    }

    /// Takes no more streams. One that the peer opened before it heard of it must not be lost, so it is asked whether it has;
    /// but not for long.
    private func leave() {
        guard let context, machine.leave() else { return }
        write(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil), context: context)
        write(.ping(Self.ping, ack: false), context: context)
        context.flush()
        schedule(in: limits.lingerTime) { [self] _ in peerHeard() }
    }

    private func peerHeard() {
        guard let context else { return }
        switch machine.peerHeard() {
        case .none:
            break
        case .tellLastStream:
            write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil), context: context)
            context.flush()
            awaitStreams()
        case .close:
            close()
        }
    }

    /// Until the streams have ended, after which comes ``close()``.
    private func awaitStreams() {
        schedule(in: limits.stallTimeout) { [self] context in
            closeIfStalled(context)
            awaitStreams()
        }
    }

    /// Streams end one by one where their peer takes nothing, but not without a frame that says so, for which a connection
    /// that is full has no room either.
    private func closeIfStalled(_ context: ChannelHandlerContext) {
        let socket = StreamSocket(of: context.channel)
        let taken = context.channel.isWritable ? nil : socket?.acknowledgedBytes()
        if taken == nil || taken != takenSoFar {
            takenSoFar = taken
            takenSince = .now()
        } else if NIODeadline.now() - takenSince >= limits.stallTimeout {
            socket?.resetWhenClosed()
            context.close(promise: nil)
        }
    }

    /// When all that was written has left, which takes as long as the peer takes some now and then.
    private func close() {
        guard let context else { return }
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        write(
            .goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil), promise: written, context: context)
        context.flush()
        awaitTaking()
    }

    private func awaitTaking() {
        schedule(in: limits.stallTimeout) { [self] context in
            let socket = StreamSocket(of: context.channel)
            guard let taken = socket?.acknowledgedBytes(), taken != takenSoFar else {
                socket?.resetWhenClosed()
                context.close(promise: nil)
                return
            }
            takenSoFar = taken
            awaitTaking()
        }
    }

    private var lastStream: HTTP2StreamID { HTTP2StreamID(machine.lastStream) }

    private func write(
        _ payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>? = nil, context: ChannelHandlerContext
    ) {
        context.write(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: promise)
    }
}
