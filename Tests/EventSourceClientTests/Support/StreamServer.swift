import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A server that does, byte by byte, what a test says.
final class StreamServer: Sendable {
    let channel: any Channel
    private let accepted: AsyncStream<ServerConnection>

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)/stream" }

    private init(channel: any Channel, accepted: AsyncStream<ServerConnection>) {
        self.channel = channel
        self.accepted = accepted
    }

    /// Serves while `body` runs.
    static func serving(
        port: Int = 0, isolation: isolated (any Actor)? = #isolation, _ body: (StreamServer) async throws -> Void
    ) async throws {
        let (accepted, connections) = AsyncStream.makeStream(of: ServerConnection.self)
        let open = NIOLockedValueBox<[any Channel]>([])
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let requests = RequestReader()
                    try channel.pipeline.syncOperations.addHandler(requests)
                    open.withLockedValue { $0.append(channel) }
                    connections.yield(ServerConnection(channel: channel, requests: requests.heads))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let server = StreamServer(channel: channel, accepted: accepted)
        let result: Result<Void, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try? await channel.close()
        for channel in open.withLockedValue(\.self) { try? await channel.close() }
        try result.get()
    }

    /// The next connection that a client makes. One test takes them one after another.
    func connection() async throws -> ServerConnection {
        for await connection in accepted { return connection }
        throw CancellationError()
    }

    /// Takes the next connection and its request, and answers that a stream begins.
    func stream(_ bytes: String = "") async throws -> (request: Request, connection: ServerConnection) {
        let connection = try await connection()
        let request = try await connection.request()
        try await connection.send(ServerConnection.streamHead + bytes)
        return (request, connection)
    }
}

/// One connection of a client.
struct ServerConnection: Sendable {
    /// The head of a stream that ends with its connection.
    static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    let channel: any Channel
    fileprivate let requests: AsyncStream<Request>

    /// The next request, whole.
    func request() async throws -> Request {
        for await request in requests { return request }
        throw ChannelError.inputClosed
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Takes the request, answers it, and closes the connection.
    func answer(_ status: String, _ fields: String = "", body: String = "") async throws {
        _ = try await request()
        let length = "Content-Length: \(body.utf8.count)\r\n"
        try await send("HTTP/1.1 \(status)\r\n\(length)Connection: close\r\n\(fields)\r\n\(body)")
        try await channel.close()
    }

    func close() async throws {
        try await channel.close()
    }

    /// Waits until the client has closed it.
    func closedByClient() async {
        for await _ in requests {}
    }
}

struct Request: Sendable {
    let line: String
    private let fields: [(name: String, value: String)]
    let body: String

    init?(_ text: String) {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
        line = String(lines[0])
        fields = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(colon, offsetBy: 2)...]))
        }
        body = String(text[end.upperBound...])
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard body.utf8.count >= length else { return nil }
    }

    /// The values of a field.
    subscript(name: String) -> [String] {
        fields.filter { $0.name == name.lowercased() }.map(\.value)
    }
}

/// Hands over each request once it is whole; ends when the client closes.
private final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let heads: AsyncStream<Request>
    private let continuation: AsyncStream<Request>.Continuation
    private var text = ""

    init() {
        (heads, continuation) = AsyncStream.makeStream()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard let request = Request(text) else { return }
        text = ""
        continuation.yield(request)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { continuation.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
