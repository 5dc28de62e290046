import NIOCore
import NIOHTTP1
import Tocsin

/// What the connection answers itself, without Hummingbird.
extension HTTP1ConnectionHandler {
    /// Bytes that were no HTTP, or too many of them.
    func answerFailure(_ failure: HTTP1ConnectionStateMachine.Failure, context: ChannelHandlerContext) {
        let problem: Problem
        switch failure {
        case .badRequest:
            problem = .badRequest("its bytes are not HTTP/1.1")
        case .headTooLarge:
            configuration.hub.refusals.count(.headSize)
            problem = .headTooLarge(limit: ConnectionLimits.headSize)
        }
        let id = HeaderField(RequestIDs.field, configuration.gate.observer.failed(with: problem))
        write(StreamAnswer(problem, fields: [id]), version: .http1_1, keepsAlive: false, context: context)
        linger(context)
        abandonRequest(context)
    }

    /// Writes and flushes a whole answer.
    func write(_ answer: StreamAnswer, version: HTTPVersion, keepsAlive: Bool, context: ChannelHandlerContext) {
        var headers = answer.finishedHeaders()
        if !keepsAlive {
            headers.replaceOrAdd(name: "connection", value: "close")
        } else if version.isBefore1_1 {
            headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: untaken(nil, context: context))
    }
}
