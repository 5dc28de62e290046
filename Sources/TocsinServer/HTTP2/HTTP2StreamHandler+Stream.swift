import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import Tocsin

/// How an answer becomes an event stream, and what is written as one.
extension HTTP2StreamHandler: StreamResponse {
    /// - Parameter closes: the answer ends its stream in any case, and the connection is for others too.
    func refuse(with answer: StreamAnswer, closes: Bool) {
        stream = nil
        guard state == .deciding, let context else { return }
        write(answer.status, answer.finishedHeaders(), isLast: answer.body.isEmpty, context: context)
        if !answer.body.isEmpty {
            write(ByteBuffer(bytes: answer.body), isLast: true, context: context)
        }
        ended(context)
    }

    func begin(with fields: HTTPHeaders) -> Bool {
        guard state == .deciding, let context else { return false }
        state = .streaming
        isWritable = context.channel.isWritable
        var headers = StreamGate.head(with: fields)
        headers.add(name: "date", value: HTTPDate.now())
        write(.ok, headers, isLast: false, context: context)
        return true
    }

    /// Gives back what the stream holds. Asking again does nothing.
    func streamEnded() {
        guard let stream else { return }
        self.stream = nil
        stream.end()
    }

    // MARK: Writing

    var transport: StreamProtocol { .http2 }

    func write(_ batch: EventBatch) {
        guard state == .streaming, let context else { return }
        write(batch.blocks, isLast: false, context: context)
        context.flush()
    }

    func end(_ last: EventBatch) {
        guard state == .streaming, let context else { return }
        write(last.blocks, isLast: true, context: context)
        streamEnded()
        ended(context)
    }

    func abort() {
        streamEnded()
        context?.close(promise: nil)
    }

    /// All is written, and the peer is to take it.
    private func ended(_ context: ChannelHandlerContext) {
        state = .ended
        awaitTaking()
        context.flush()
    }

    private func write(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, isLast: Bool, context: ChannelHandlerContext
    ) {
        var fields = HPACKHeaders([(":status", String(status.code))])
        fields.add(contentsOf: HPACKHeaders(httpHeaders: headers))
        context.write(wrapOutboundOut(.headers(.init(headers: fields, endStream: isLast))), promise: nil)
    }

    private func write(_ bytes: ByteBuffer, isLast: Bool, context: ChannelHandlerContext) {
        context.write(
            wrapOutboundOut(.data(.init(data: .byteBuffer(bytes), endStream: isLast))), promise: nil)
    }
}
