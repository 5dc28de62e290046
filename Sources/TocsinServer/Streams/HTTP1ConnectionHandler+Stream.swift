import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Tocsin

/// A stream that was asked for, from the moment it is counted in.
struct OpenStream {
    /// Which of the connection's requests for streams it answers: one that was refused can still be told something.
    let number: Int
    /// What every answer to its request has, until there is one.
    var fields: HTTPHeaders
    /// Set once it is open.
    var subscriber: Subscriber?
    var claim: ConnectionClaim?
}

/// How a stream's bytes go out.
struct StreamOutput {
    /// HTTP/1.0 knows no chunks: there the end of the connection is the end of the response.
    var isChunked = true
    /// For writes past the channel.
    var socket: StreamSocket?
    /// Writes given to the channel that it has not given to the kernel yet. As long as there are any, all others must
    /// queue behind them.
    var channelWrites = 0
}

/// How a connection becomes a stream.
extension HTTP1ConnectionHandler {
    /// The request for a stream is here, and all answers before it are complete.
    func decide(_ context: ChannelHandlerContext) {
        guard let head = streamHead else { return }
        switch configuration.gate.decide(head) {
        case .answer(let answer):
            refuse(answer, context: context)
        case .open(let request, let fields):
            switch configuration.hub.admitStream() {
            case .full, .draining:
                // A browser that meets any status but 200 never comes back by itself.
                refuse(.refusal(fields: fields), context: context, closes: true)
            case .admitted:
                streamNumber += 1
                stream = OpenStream(number: streamNumber, fields: fields)
                output.isChunked = !head.version.isBefore1_1
                prepare(request, context: context)
            }
        }
    }

    private func refuse(_ answer: StreamAnswer, context: ChannelHandlerContext, closes: Bool = false) {
        guard let head = streamHead else { return }
        let keepsAlive = !head.isLast && !closes && !configuration.hub.isDraining
        guard machine.streamRefused(keepsAlive: keepsAlive) else { return }
        streamHead = nil
        write(answer, version: head.version, keepsAlive: keepsAlive && !machine.isClosing, context: context)
        if machine.isClosing {
            linger(context)
        } else {
            receiveQueued(context)
        }
    }

    /// Finds out where the stream starts and takes its place; most streams need to ask nobody.
    private func prepare(_ request: StreamRequest, context: ChannelHandlerContext) {
        let hub = configuration.hub
        let place = hub.place(for: request.user, client: request.client)
        let start: Subscription.Start?
        switch request.resume {
        case .none: start = .live
        case .earliest: start = .earliest
        case .after(let id): start = id == shard.position.description ? .after(shard.position) : nil
        }
        if let start, place == nil {
            open(Subscription(request, start: start), for: request, context: context)
            return
        }

        let number = streamNumber
        let eventLoop = context.eventLoop
        let promise = eventLoop.makePromise(of: PreparedStream.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let discontinuities = shard.discontinuities
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            prepared(result, for: request, number: number, discontinuities: discontinuities)
        }
        Self.prepare(
            promise, hub: hub, start: start, resume: request.resume, place: place,
            onReplaced: {
                eventLoop.execute { bound.value.replaced(number) }
            })
    }

    private struct PreparedStream: Sendable {
        var start: Subscription.Start
        var claim: ConnectionClaim?
    }

    private static func prepare(
        _ promise: EventLoopPromise<PreparedStream>, hub: Hub, start: Subscription.Start?, resume: ResumePoint,
        place: ConnectionPlace?, onReplaced: @escaping @Sendable () -> Void
    ) {
        promise.completeWithTask {
            var start = start ?? .live
            if case .after(let id) = resume {
                start = try await hub.start(resumingAfter: id)
            }
            var claim: ConnectionClaim?
            if let place {
                claim = await hub.registry.claim(place, onReplaced: onReplaced)
            }
            return PreparedStream(start: start, claim: claim)
        }
    }

    /// - Parameter discontinuities: of the shard, before anything was asked.
    private func prepared(
        _ result: Result<PreparedStream, any Error>, for request: StreamRequest, number: Int, discontinuities: Int
    ) {
        guard machine.isDeciding, let context, let stream, stream.number == number else {
            // The client left meanwhile, or the stream lost its place before it began.
            if case .success(let prepared) = result, let claim = prepared.claim {
                configuration.hub.registry.release(claim)
            }
            return
        }
        switch result {
        case .success(let prepared):
            self.stream?.claim = prepared.claim
            var subscription = Subscription(request, start: prepared.start)
            subscription.discontinuities = discontinuities
            open(subscription, for: request, context: context)
        case .failure(let error):
            configuration.logger.warning("a stream cannot be resumed, so its client is asked to come back: \(error)")
            streamEnded()
            refuse(.refusal(fields: stream.fields), context: context, closes: true)
        }
    }

    /// The takeover: from here on the connection is a stream, and what is written are bytes.
    private func open(_ subscription: Subscription, for request: StreamRequest, context: ChannelHandlerContext) {
        guard machine.streamBegan(), let fields = stream?.fields else { return }
        cancelTimer()
        stream?.fields = [:]
        streamHead = nil
        forgetQueued(context)
        write(streamHead: StreamGate.head(with: fields), context: context)
        takeOver(context)

        let hub = configuration.hub
        var subscription = subscription
        subscription.greeting = hub.greeting(for: request.user)
        output.socket = StreamSocket(of: context.channel)
        // In two steps: the shard writes the opening, which can end the stream.
        let subscriber = shard.open(subscription, on: self)
        finishRequests(with: nil)
        guard stream != nil else {
            // The opening could not be written, so the stream is over already.
            shard.close(subscriber)
            return
        }
        stream?.subscriber = subscriber
        if hub.isDraining {
            shard.end(subscriber)
        }
    }

    private func write(streamHead headers: HTTPHeaders, context: ChannelHandlerContext) {
        var headers = headers
        headers.add(name: "date", value: HTTPDate.now())
        if !output.isChunked {
            headers.add(name: "connection", value: "close")
        }
        let version: HTTPVersion = output.isChunked ? .http1_1 : .http1_0
        let head = HTTPResponseHead(version: version, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: channelWrite(context))
    }

    private func takeOver(_ context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        if let encoder = try? pipeline.context(handlerType: HTTPResponseEncoder.self) {
            pipeline.removeHandler(context: encoder, promise: nil)
        }
        if let decoder = try? pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self) {
            pipeline.removeHandler(context: decoder, promise: nil)
        }
        if isAttached, let state = try? pipeline.context(handlerType: HTTPConnectionStateHandler.self) {
            // It would close the stream for being idle.
            pipeline.removeHandler(context: state, promise: nil)
        }
        guard let options = context.channel.syncOptions else { return }
        // From now on the client's FIN means that it is gone; before, it could have been the end of its request.
        try? options.setOption(.allowRemoteHalfClosure, value: false)
        // Nothing is expected to come.
        try? options.setOption(.maxMessagesPerRead, value: 1)
        try? options.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64))
        try? options.setOption(.writeBufferWaterMark, value: configuration.limits.streamBuffer)
    }

    // MARK: While it is open

    func streamWritabilityChanged() {
        guard let subscriber = stream?.subscriber else { return }
        shard.writabilityChanged(subscriber)
    }

    private func replaced(_ number: Int) {
        guard let stream, stream.number == number else { return }
        if let subscriber = stream.subscriber {
            shard.replace(subscriber)
        } else if let context, machine.isDeciding {
            // It lost its place before it began.
            streamEnded()
            refuse(StreamAnswer(status: .noContent, headers: stream.fields), context: context)
        }
    }

    /// Gives back what the stream holds. Asking again does nothing.
    func streamEnded() {
        guard let stream else { return }
        self.stream = nil
        output.socket = nil
        if let subscriber = stream.subscriber {
            shard.close(subscriber)
        }
        if let claim = stream.claim {
            configuration.hub.registry.release(claim)
        }
        configuration.hub.streamEnded()
    }
}

extension HTTP1ConnectionHandler: StreamChannel {
    var isWritable: Bool {
        output.channelWrites == 0 || context?.channel.isWritable == true
    }

    func write(_ batch: EventBatch) {
        guard machine.isStreaming, let context else { return }
        var bytes = output.isChunked ? batch.chunk : batch.blocks
        if let socket = output.socket, output.channelWrites == 0 {
            let count = socket.send(bytes)
            if count == bytes.readableBytes { return }
            bytes.moveReaderIndex(forwardBy: count)
        }
        context.writeAndFlush(NIOAny(bytes), promise: channelWrite(context))
    }

    /// A promise for a write to the channel, which counts it until the kernel has it.
    private func channelWrite(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let written = context.eventLoop.makePromise(of: Void.self)
        output.channelWrites += 1
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            output.channelWrites -= 1
        }
        return written
    }

    func end(_ last: EventBatch) {
        guard let context, machine.isStreaming else { return }
        let isChunked = output.isChunked
        context.write(NIOAny(isChunked ? last.chunk : last.blocks), promise: nil)
        if isChunked {
            context.write(NIOAny(Self.lastChunk), promise: nil)
        }
        streamEnded()
        // A FIN of the client is now expected, and no reason to drop what it has not taken yet.
        try? context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        linger(context)
    }

    func abort() {
        streamEnded()
        context?.close(promise: nil)
    }

    func takenBytes() -> UInt64? {
        output.socket?.acknowledgedBytes()
    }

    private static let lastChunk = ByteBuffer(staticString: "0\r\n\r\n")
}

extension Subscription {
    fileprivate init(_ request: StreamRequest, start: Start) {
        self.init(addresses: request.addresses, languages: request.languages, start: start)
    }
}
