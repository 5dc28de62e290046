import NIOCore

/// Sits between TLS and HTTP/2, so that many streams share a TLS record and a system call, and small reads a small buffer.
final class HTTP2FlushGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Bytes that are held back before they are flushed at once, so that the connection sees soon that it is full.
    private static let heldBytes = 32 << 10
    /// Reads that are copied: the parser of frames would keep the 32 KiB that TLS reads into.
    private static let copiedBytes = 2 << 10

    private var unflushed = 0
    private var isScheduled = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard bytes.readableBytes <= Self.copiedBytes else { return context.fireChannelRead(data) }
        var copy = context.channel.allocator.buffer(capacity: bytes.readableBytes)
        copy.writeImmutableBuffer(bytes)
        context.fireChannelRead(wrapInboundOut(copy))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unflushed += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    /// Waits until the loop has done what it is doing, such as handing an alarm to all its streams.
    func flush(context: ChannelHandlerContext) {
        if unflushed >= Self.heldBytes {
            flushNow()
        } else if !isScheduled {
            isScheduled = true
            context.eventLoop.assumeIsolated().execute { [self] in
                isScheduled = false
                flushNow()
            }
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushNow()
        context.close(mode: mode, promise: promise)
    }

    private func flushNow() {
        guard unflushed > 0 else { return }
        unflushed = 0
        context?.flush()
    }
}
