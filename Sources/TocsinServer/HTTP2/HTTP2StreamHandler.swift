import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOHTTPTypesHTTP2
import Tocsin

/// One stream of an HTTP/2 connection, and so one request: it goes to Hummingbird, or its answer is an event stream.
///
/// It works on HTTP/2's own types, so that an event stream needs nothing between it and the connection.
final class HTTP2StreamHandler: ChannelDuplexHandler, RemovableChannelHandler, TimedHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    enum State {
        /// The head of the request has not come.
        case idle
        /// The head of a request for a stream has come, its end has not.
        case reading
        /// Whether there will be a stream is being decided.
        case deciding
        case streaming
        /// Hummingbird has the request.
        case forwarding
        /// The last of the answer is written.
        case ended
    }

    // What a write to a stream touches comes first.

    var state = State.idle
    var isWritable = true
    var context: ChannelHandlerContext?

    let configuration: ConnectionConfiguration
    let shard: Shard
    private let requests: AsyncStream<RequestChannel>.Continuation
    /// For a stream, and not decided on.
    private var request: (target: StreamTarget, head: HPACKHeaders)?
    /// The stream that was asked for, see `HTTP2StreamHandler+Stream.swift`.
    var stream: OpenStream?
    /// How much more the peer has asked for, in all: it does as it takes what there is.
    private var windowGrowth: UInt64 = 0
    /// What the peer had taken when it was last asked whether it takes anything.
    private var takenSoFar: UInt64?
    /// Whether Hummingbird has the request whole, and has begun to answer it.
    private var isReceived = false
    private var isAnswered = false
    var timer: Scheduled<Void>?

    init(
        _ configuration: ConnectionConfiguration, on eventLoop: any EventLoop,
        requests: AsyncStream<RequestChannel>.Continuation
    ) throws {
        guard let shard = configuration.hub.shard(on: eventLoop) else { throw ChannelError.operationUnsupported }
        self.configuration = configuration
        self.shard = shard
        self.requests = requests
    }

    // MARK: The stream's life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closed()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
        context.fireChannelInactive()
    }

    private func closed() {
        state = .ended
        cancelTimer()
        streamEnded()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if state == .forwarding {
            context.fireErrorCaught(error)
        } else {
            context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        stream?.writabilityChanged()
        context.fireChannelWritabilityChanged()
    }

    // MARK: The request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let payload = unwrapInboundIn(data)
        if case .windowUpdate(let increment) = payload { windowGrowth &+= UInt64(increment) }
        switch state {
        case .idle:
            guard case .headers(let head) = payload else { return }
            receive(head, context: context)
        case .reading:
            if payload.endsStream { decide(context) }
        case .forwarding:
            if payload.endsStream { received() }
            context.fireChannelRead(data)
        case .deciding, .streaming, .ended:
            break
        }
    }

    private func receive(_ payload: HTTP2Frame.FramePayload.Headers, context: ChannelHandlerContext) {
        let method = payload.headers.first(name: ":method") ?? ""
        if let target = StreamTarget(method, payload.headers.first(name: ":path") ?? "") {
            request = (target, payload.headers)
            state = .reading
        } else {
            state = .forwarding
            guard attach(context) else { return }
            var payload = payload
            payload.headers.removeSecondHost()
            context.fireChannelRead(wrapInboundOut(.headers(payload)))
        }
        if !payload.endStream {
            schedule(in: configuration.limits.requestTimeout) { [self] context in
                configuration.hub.refusals.count(.requestTimeout)
                context.close(promise: nil)
            }
        } else if state == .reading {
            decide(context)
        } else if state == .forwarding {
            received()
        }
    }

    private func received() {
        isReceived = true
        cancelTimer()
        if isAnswered { awaitTaking() }
    }

    /// Hummingbird answers.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard !isAnswered else { return }
        isAnswered = true
        if isReceived { awaitTaking() }
    }

    private func decide(_ context: ChannelHandlerContext) {
        guard let (target, head) = request else { return }
        request = nil
        state = .deciding
        cancelTimer()
        let stream = OpenStream(configuration, on: shard, response: self)
        self.stream = stream
        stream.open(
            target, header: { head.values(of: $0) }, from: context.channel.remoteAddress,
            eventLoop: context.eventLoop)
    }

    /// Adds what Hummingbird needs.
    ///
    /// - Returns: whether it is there.
    private func attach(_ context: ChannelHandlerContext) -> Bool {
        do {
            try context.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
            let channel = try RequestChannel(wrappingChannelSynchronously: context.channel)
            if case .terminated = requests.yield(channel) {
                // Nobody serves the connection any more, and a channel that nobody reads ends the process.
                Task { try? await channel.executeThenClose { _, _ in } }
            }
            return true
        } catch {
            context.close(promise: nil)
            return false
        }
    }

    // MARK: How long it waits for its peer

    /// Bytes that the peer has taken, by what it asks for; where it is not this stream alone that is full, also by what it
    /// takes of the connection.
    func takenBytes() -> UInt64? {
        guard let connection = context?.channel.parent else { return nil }
        if !isWritable, connection.isWritable { return windowGrowth }
        return windowGrowth &+ (StreamSocket(of: connection)?.acknowledgedBytes() ?? 0)
    }

    var hasUntakenBytes: Bool {
        guard let connection = context?.channel.parent else { return false }
        return StreamSocket(of: connection)?.hasUnacknowledgedBytes == true
    }

    /// From when the answer to the whole request begins, or an event stream ends, until all of it has left; the peer must take
    /// some now and then.
    func awaitTaking() {
        takenSoFar = takenBytes()
        schedule(in: configuration.limits.stallTimeout) { [self] context in
            if takenBytes() == takenSoFar {
                context.close(promise: nil)
            } else {
                awaitTaking()
            }
        }
    }
}

extension HTTP2Frame.FramePayload {
    /// Whether it is the last of the request.
    fileprivate var endsStream: Bool {
        switch self {
        case .data(let data): data.endStream
        case .headers(let headers): headers.endStream
        default: false
        }
    }
}

extension HPACKHeaders {
    /// The values of a header field as HTTP/1.1 would have them: `Host` is the authority.
    fileprivate func values(of name: String) -> [String] {
        guard name == "Host", let authority = first(name: ":authority") else { return self[name] }
        let hosts = self["host"]
        return [authority] + (hosts == [authority] ? [] : hosts)
    }

    /// A client may say it twice, so long as it says the same (RFC 9113 8.3.1).
    fileprivate mutating func removeSecondHost() {
        if let authority = first(name: ":authority"), self["host"] == [authority] { remove(name: "host") }
    }
}
