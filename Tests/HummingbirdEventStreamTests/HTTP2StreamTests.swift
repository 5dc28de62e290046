import Hummingbird
import HummingbirdEventStream
import HummingbirdHTTP2
import NIOConcurrencyHelpers
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Patience
import ServerSentEvents
import Testing

/// The same over HTTP/2, where a stream ends without its connection.
@Suite struct HTTP2StreamTests {
    @Test func eachStreamEndsAlone() async throws {
        let router = Router()
        let watched = [Watched(), Watched(), Watched()]
        router.get("{number}") { _, context in
            let number = try context.parameters.require("number", as: Int.self)
            return Response.eventStream(watched[number].events, retryAfterShutdown: ReconnectionTime(clamping: 4000))
        }
        try await ServedApplication.with(router, over: .plaintextHTTP2()) { server in
            let connection = try await HTTP2Connection(to: server.port)
            let left = try await connection.get("/0")
            let finished = try await connection.get("/1")
            let staying = try await connection.get("/2")
            for stream in [left, finished, staying] {
                try await eventually("it is open") { stream.body == ":\n" }
                #expect(stream.head[":status"] == ["200"])
                #expect(stream.head["content-type"] == ["text/event-stream"])
            }

            left.reset()
            try await eventually("the events of the first are told") { watched[0].isCancelled }

            watched[1].send("last")
            watched[1].finish()
            try await eventually("the second ends properly") {
                finished.body == ":\ndata: last\n\n" && finished.isEnded
            }

            watched[2].send("still here")
            try await eventually("the third goes on") { staying.body == ":\ndata: still here\n\n" }
            #expect(!staying.isEnded && !watched[2].isCancelled)

            await server.shutDown()
            // Hummingbird closes the connection when its last stream ends, and may do so before the end has been flushed.
            try await eventually("the third is told when to come back, and is over") {
                staying.body == ":\ndata: still here\n\nretry: 4000\n\n" && (staying.isEnded || staying.isClosed)
            }
        }
    }
}

/// A connection of a client that knows beforehand that HTTP/2 is spoken.
private final class HTTP2Connection: Sendable {
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    init(to port: Int) async throws {
        (channel, multiplexer) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { $0.eventLoop.makeSucceededVoidFuture() }
                    return (channel, multiplexer)
                }
            }
    }

    deinit {
        channel.close(promise: nil)
    }

    func get(_ path: String) async throws -> HTTP2Answer {
        let received = NIOLockedValueBox(HTTP2Answer.Received())
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        multiplexer.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2Answer.Receiver(received))
            }
        }
        let stream = try await promise.futureResult.get()
        let head: HPACKHeaders = [":method": "GET", ":scheme": "http", ":authority": "localhost", ":path": path]
        try await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: head, endStream: true)))
        return HTTP2Answer(stream: stream, received: received)
    }
}

/// What has come of an answer.
private struct HTTP2Answer: Sendable {
    struct Received {
        var head = HPACKHeaders()
        var body = ""
        var isEnded = false
        var isClosed = false
    }

    final class Receiver: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame.FramePayload
        let received: NIOLockedValueBox<Received>

        init(_ received: NIOLockedValueBox<Received>) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            received.withLockedValue { received in
                switch frame {
                case .headers(let head):
                    received.head = head.headers
                    received.isEnded = head.endStream
                case .data(let data):
                    if case .byteBuffer(let bytes) = data.data { received.body += String(buffer: bytes) }
                    received.isEnded = data.endStream
                default:
                    break
                }
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            received.withLockedValue { $0.isClosed = true }
        }
    }

    let stream: any Channel
    let received: NIOLockedValueBox<Received>

    var head: HPACKHeaders { received.withLockedValue(\.head) }
    var body: String { received.withLockedValue(\.body) }
    /// Whether it has been ended properly.
    var isEnded: Bool { received.withLockedValue(\.isEnded) }
    /// Whether it, or its connection, is gone.
    var isClosed: Bool { received.withLockedValue(\.isClosed) }

    func reset() {
        stream.close(promise: nil)
    }
}
