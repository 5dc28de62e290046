import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A client that sends text and keeps what it is sent.
final class WireClient: Sendable {
    private struct Received {
        var bytes: [UInt8] = []
        var isEnded = false
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let received: NIOLockedValueBox<Received>

        init(_ received: NIOLockedValueBox<Received>) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            received.withLockedValue { $0.bytes += bytes }
        }

        func channelInactive(context: ChannelHandlerContext) {
            received.withLockedValue { $0.isEnded = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let received: NIOLockedValueBox<Received>

    /// Connects, and sends a request with these header fields.
    ///
    /// - Parameter isReading: whether it takes what comes.
    init(
        to port: Int, _ method: String = "GET", _ path: String = "/", fields: [String] = [], body: String = "",
        isReading: Bool = true
    ) async throws {
        let received = NIOLockedValueBox(Received())
        self.received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: isReading)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let head = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + fields
        try await send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close(_ mode: CloseMode = .all) async throws {
        try await channel.close(mode: mode)
    }

    deinit {
        channel.close(promise: nil)
    }

    var text: String { received.withLockedValue { String(decoding: $0.bytes, as: UTF8.self) } }
    /// Whether the server has closed the connection.
    var isEnded: Bool { received.withLockedValue(\.isEnded) }

    /// The lines of the head but for the date, once it has come.
    var head: [String]? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        return text[..<end.lowerBound].split(separator: "\r\n").map(String.init).filter { !$0.hasPrefix("Date: ") }
    }

    /// The chunks of the body that have come, each as it was written; an empty one is the body's end.
    var chunks: [String] {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return [] }
        var rest = text[end.upperBound...].utf8
        var chunks: [String] = []
        while let line = rest.firstRange(of: "\r\n".utf8) {
            let size = Int(String(rest[..<line.lowerBound]) ?? "", radix: 16) ?? 0
            rest = rest[line.upperBound...]
            guard rest.count >= size + 2 else { break }
            chunks.append(String(decoding: rest.prefix(size), as: UTF8.self))
            rest = rest.dropFirst(size + 2)
        }
        return chunks
    }
}
