import HummingbirdCore
import NIOCore
import NIOHTTP1
import Tocsin

/// How a stream's bytes go out.
struct StreamOutput {
    /// HTTP/1.0 knows no chunks: there the end of the connection is the end of the response.
    var isChunked = true
    /// For writes past the channel, which TLS has none of.
    var socket: StreamSocket?
    /// Writes given to the channel that it has not given to the kernel yet. As long as there are any, all others must
    /// queue behind them.
    var channelWrites = 0
}

/// How a connection becomes a stream, and what it writes as one.
extension HTTP1ConnectionHandler: StreamResponse {
    /// The request for a stream is here, and all answers before it are complete.
    func decide(_ context: ChannelHandlerContext) {
        guard let head = streamHead, let target = streamTarget else { return }
        streamTarget = nil
        let stream = OpenStream(configuration, on: shard, response: self)
        self.stream = stream
        stream.open(
            target, header: { head.headers[$0] }, from: context.channel.remoteAddress, eventLoop: context.eventLoop)
        closeIfAbandoned(context)
    }

    func closeIfAbandoned(_ context: ChannelHandlerContext) {
        guard hasInputEnded, stream?.isAwaitingKeys == true else { return }
        context.close(promise: nil)
    }

    func refuse(with answer: StreamAnswer, closes: Bool) {
        stream = nil
        guard let head = streamHead, let context else { return }
        let isOver = head.isLast || hasInputEnded && queue.isEmpty
        let keepsAlive = !isOver && !closes && !configuration.hub.isDraining
        guard machine.streamRefused(keepsAlive: keepsAlive) else { return }
        streamHead = nil
        write(answer, version: head.version, keepsAlive: keepsAlive && !machine.isClosing, context: context)
        if machine.isClosing {
            linger(context)
        } else {
            receiveQueued(context)
        }
    }

    /// The takeover: from here on the connection is a stream, and what is written are bytes.
    func begin(with fields: HTTPHeaders) -> Bool {
        guard let head = streamHead, let context, machine.streamBegan() else { return false }
        cancelTimer()
        streamHead = nil
        output.isChunked = !head.version.isBefore1_1
        forgetQueued(context)
        write(streamHead: StreamGate.head(with: fields), context: context)
        takeOver(context)
        output.socket = configuration.isSecure ? nil : StreamSocket(of: context.channel)
        finishRequests(with: nil)
        if hasInputEnded {
            // As where that is told only now: the client is gone, or content with how the stream begins.
            context.eventLoop.assumeIsolated().execute { self.context?.close(promise: nil) }
        }
        return true
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

    /// Gives back what the stream holds. Asking again does nothing.
    func streamEnded() {
        guard let stream else { return }
        self.stream = nil
        output.socket = nil
        stream.end()
    }

    // MARK: Writing

    var transport: StreamProtocol { .http1 }

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
        kernelSocket?.resetWhenClosed()
        streamEnded()
        context?.close(promise: nil)
    }

    var hasUntakenBytes: Bool {
        output.channelWrites > 0 || kernelSocket?.hasUnacknowledgedBytes == true
    }

    func takenBytes() -> UInt64? {
        kernelSocket?.acknowledgedBytes()
    }

    /// The connection's socket, which also TLS has, for what the kernel can tell.
    private var kernelSocket: StreamSocket? {
        output.socket ?? context.flatMap { StreamSocket(of: $0.channel) }
    }

    private static let lastChunk = ByteBuffer(staticString: "0\r\n\r\n")
}
