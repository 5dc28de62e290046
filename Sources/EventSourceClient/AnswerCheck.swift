import Foundation
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// Why an answer is kept from the HTTP client, which would end the process over it.
enum DeadlyAnswer: Error, Hashable, CustomStringConvertible {
    /// Anything but three digits that do not begin with 0.
    case status(String)
    /// A port that there is not.
    case redirect(to: String)

    /// - Returns: `nil` for what it survives.
    init?(status: String, location: String?) {
        guard status.wholeMatch(of: #/[1-9][0-9]{2}/#) != nil else {
            self = .status(status)
            return
        }
        guard status.hasPrefix("3"), let location, Self.hasDeadlyPort(location) else { return nil }
        self = .redirect(to: location)
    }

    static func hasDeadlyPort(_ url: String) -> Bool {
        URL(string: url)?.port.map { UInt16(exactly: $0) == nil } ?? false
    }

    var code: EventSourceError.Code {
        switch self {
        case .status: .badStatus
        case .redirect: .badRedirect
        }
    }

    var description: String {
        switch self {
        case .status(let status): "the status \(status), which is none"
        case .redirect(let location): "a redirect to \(location), which is no URL"
        }
    }
}

/// Lets through the answers of a connection over HTTP/1.1 that the HTTP client survives; of any other it hears as an error,
/// closes the connection, and heeds nothing that follows.
final class HTTP1AnswerCheck: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    /// Puts it behind the decoder of a client's connection. On its event loop only.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        try pipeline.addHandler(HTTP1AnswerCheck(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data),
            let answer = DeadlyAnswer(
                status: String(head.status.code), location: head.headers.first(name: "Location"))
        else { return context.fireChannelRead(data) }
        context.fireErrorCaught(answer)
    }
}

/// Lets through the answer of a stream over HTTP/2 that the HTTP client, and what reads HTTP/2 for it, survive.
final class HTTP2AnswerCheck: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    /// Puts it before the decoder of a client's stream. On its event loop only.
    static func add(to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(HTTP2AnswerCheck(), position: .first)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(let block) = unwrapInboundIn(data), let status = block.headers.first(name: ":status"),
            let answer = DeadlyAnswer(status: status, location: block.headers.first(name: "location"))
        else { return context.fireChannelRead(data) }
        context.fireErrorCaught(answer)
    }
}
