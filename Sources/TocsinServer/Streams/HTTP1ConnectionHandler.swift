import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Tocsin

/// Sits behind the decoder of an HTTP/1.1 connection, lets ordinary requests through to Hummingbird, and makes the
/// connection a stream when one is asked for.
///
/// It works on NIOHTTP1's types, since the version of HTTP is lost behind ``HTTPTypesCodec``.
final class HTTP1ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum Queued {
        case part(HTTPServerRequestPart)
        case failure(HTTP1ConnectionStateMachine.Failure)
    }

    // What a write to a stream touches comes first, to lie in as few cache lines as can be.

    var machine = HTTP1ConnectionStateMachine()
    var output = StreamOutput()
    var context: ChannelHandlerContext?

    let configuration: ConnectionConfiguration
    let shard: Shard
    /// Of the request for a stream that is held back.
    var streamHead: HTTPRequestHead?
    /// What that asks for, until it is decided on.
    var streamTarget: StreamTarget?
    /// The stream that was asked for, see `HTTP1ConnectionHandler+Stream.swift`.
    var stream: OpenStream?

    /// What came after a request for a stream that is being decided on.
    var queue: [Queued] = []
    /// Whether somebody wanted to read while there was something in the queue, which is as much as one read brought.
    var isReadHeld = false
    /// Is completed once: with the channel for Hummingbird, or `nil` where it gets none.
    private var requests: EventLoopPromise<RequestChannel?>?
    /// Whether Hummingbird has the connection's requests.
    var isAttached = false
    /// Whether the client has said that nothing more will come (FIN).
    var hasInputEnded = false
    /// Whether the connection closes by itself in a moment.
    var isLingering = false
    /// Answers whose last bytes the kernel does not have yet.
    var untakenAnswers = 0
    /// What the peer had taken when it was last asked whether it takes anything.
    var takenSoFar: UInt64?
    /// Bytes of the request's body that came after its answer.
    var unwantedBytes = 0
    /// The client speaks HTTP/1.0 and asked for the connection to be kept.
    var announcesKeepAlive = false
    var timer: Scheduled<Void>?
    /// Since when a request is waited for.
    var waitingSince = NIODeadline.now()

    init(
        _ configuration: ConnectionConfiguration, on eventLoop: any EventLoop,
        requests: EventLoopPromise<RequestChannel?>
    ) throws {
        guard let shard = configuration.hub.shard(on: eventLoop) else {
            requests.succeed(nil)
            throw ChannelError.operationUnsupported
        }
        self.configuration = configuration
        self.shard = shard
        self.requests = requests
    }

    // MARK: The connection's life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        awaitRequest(for: configuration.limits.requestTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connectionEnded()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        connectionEnded()
        abandonRequest(context)
        context.fireChannelInactive()
    }

    private func connectionEnded() {
        machine.beganClosing()
        cancelTimer()
        queue = []
        streamEnded()
        finishRequests(with: nil)
    }

    /// Tells the router that the rest of a request will not come: it would take what it has for the whole.
    func abandonRequest(_ context: ChannelHandlerContext) {
        if machine.abandonRequest() {
            context.fireErrorCaught(ChannelError.inputClosed)
        }
    }

    func finishRequests(with channel: RequestChannel?) {
        guard let requests else { return }
        self.requests = nil
        requests.succeed(channel)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after the takeover are bytes, not parts, and nobody wants them.
        guard !machine.isStreaming, !machine.isClosing else { return }
        receive(unwrapInboundIn(data), context: context)
    }

    func read(context: ChannelHandlerContext) {
        guard queue.isEmpty else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if machine.isStreaming || machine.isClosing {
            // Hummingbird may want nothing more, but the peer's end must be seen, and what it sends be dropped.
            context.read()
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !machine.isStreaming, !machine.isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head) where announcesKeepAlive || machine.closesAfterThisAnswer:
            head.headers.replaceOrAdd(
                name: "connection", value: machine.closesAfterThisAnswer ? "close" : "keep-alive")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: untaken(promise, context: context))
            answered(context)
        }
    }

    private func answered(_ context: ChannelHandlerContext) {
        switch machine.answered() {
        case .none:
            break
        case .sayContinue:
            writeContinue(context)
        case .decide:
            context.flush()
            decide(context)
        case .fail(let failure):
            answerFailure(failure, context: context)
        case .close:
            linger(context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isLingering else {
            context.close(mode: mode, promise: promise)
            return
        }
        // Hummingbird has nothing more to do here, but the peer may not have read all.
        context.channel.closeFuture.cascade(to: promise)
    }

    // MARK: Events

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes on a connection that is being closed is dropped, whatever it is.
        guard !machine.isClosing else { return }
        guard let error = error as? HTTPParserError else {
            // A write that failed, or a connection that was reset: there is nobody to answer.
            context.close(promise: nil)
            return
        }
        fail(error == .headerOverflow ? .headTooLarge : .badRequest, context: context)
    }

    func fail(_ failure: HTTP1ConnectionStateMachine.Failure, context: ChannelHandlerContext) {
        switch machine.failed(failure) {
        case .answer: answerFailure(failure, context: context)
        case .close: linger(context)
        case .queue: queue.append(.failure(failure))
        case .wait, .none: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { hasInputEnded = true }
        switch event {
        case ChannelEvent.inputClosed where machine.isDeciding:
            // It may still wait for the answer, but not for seconds: most who end so have left.
            closeIfAbandoned(context)
        case ChannelEvent.inputClosed where machine.isClosing || !isAttached:
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            if machine.quiesce() {
                linger(context)
            }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stream?.writabilityChanged()
        context.fireChannelWritabilityChanged()
    }
}
