import NIOCore

/// One connection that publishes, with one request at a time; touched on the load's event loop only.
final class Publisher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request that has no answer yet.
    struct Request {
        let channel: Int
        let alarms: Int
        /// When it was sent, or should have been.
        let time: UInt64
        let bytes: ByteBuffer
    }

    let number: Int
    private let load: Load
    private var context: ChannelHandlerContext?
    private var parser = ResponseParser()
    private var status = 0
    private var request: Request?
    /// The sequence number of the newest alarm, by channel.
    private var sequences: [UInt32]

    init(number: Int, load: Load) {
        self.number = number
        self.load = load
        sequences = Array(repeating: 0, count: load.settings.target.channels)
    }

    /// Publishes; there must be no request without an answer.
    func send(to channel: Int, at time: UInt64) {
        let count = load.settings.alarmsPerRequest
        var publication = Publication(channel: channel, marks: [], size: load.settings.dataSize, key: nil)
        publication.marks.reserveCapacity(count)
        for _ in 0..<count {
            sequences[channel] += 1
            publication.marks.append(Mark(publisher: number, sequence: sequences[channel], time: time))
        }
        if load.settings.isKeyed { publication.key = "bench-\(load.token)-\(number)-\(channel)-\(sequences[channel])" }
        var bytes = load.allocator.buffer(capacity: 512 + count * (load.settings.dataSize + 128))
        load.settings.target.write(publication, into: &bytes)
        request = Request(channel: channel, alarms: count, time: time, bytes: bytes)
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        parser = ResponseParser()
        if let request { context.writeAndFlush(wrapOutboundOut(request.bytes), promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var isAnswered = false
        do {
            try unwrapInboundIn(data).withUnsafeReadableBytes { (bytes) throws(LoadError) in
                try parser.parse(bytes) { part in
                    switch part {
                    case .head(let status): self.status = status
                    case .body: break
                    case .end: isAnswered = true
                    }
                }
            }
        } catch {
            context.fireErrorCaught(error)
        }
        guard isAnswered, let request else { return }
        self.request = nil
        let succeeded = (200...299).contains(status)
        // What was refused was not published: its numbers are free again.
        if !succeeded { sequences[request.channel] -= UInt32(request.alarms) }
        load.answered(request, to: self, status: status)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        load.publisherEnded(self, "the server closed a connection that publishes")
        context.fireChannelInactive()
    }
}
