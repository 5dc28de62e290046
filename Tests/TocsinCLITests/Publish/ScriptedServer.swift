import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that answers requests by a script, one after another, and keeps what they were.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case answer(HTTPResponseStatus, headers: [(String, String)] = [], body: String)
        /// The answer stalls when this much of its body has come.
        case beginning(String)
        /// The connection ends without an answer.
        case hangUp
        /// The connection stays, without an answer.
        case silence
    }

    struct Request: Hashable, Sendable {
        let uri: String
        let authorization: String?
        let body: String
    }

    private struct State {
        var steps: ArraySlice<Step>
        var requests: [Request] = []
        var endings = 0
    }

    private let state: Mutex<State>

    init(_ steps: [Step]) {
        state = Mutex(State(steps: steps[...]))
    }

    var requests: [Request] { state.withLock { $0.requests } }
    /// How many connections have ended.
    var endings: Int { state.withLock(\.endings) }

    /// Listens while `body` runs, which gets the URL.
    func run<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ScriptedHandler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result = try await body("http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        try await channel.close().get()
        return result
    }

    fileprivate func connectionEnded() {
        state.withLock { $0.endings += 1 }
    }

    fileprivate func next(after request: Request) -> Step? {
        state.withLock { state in
            state.requests.append(request)
            return state.steps.popFirst()
        }
    }
}

private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: ScriptedServer
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ server: ScriptedServer) {
        self.server = server
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.connectionEnded()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ""
        case .body(let part):
            body += String(buffer: part)
        case .end:
            guard let head else { return }
            let request = ScriptedServer.Request(
                uri: head.uri, authorization: head.headers.first(name: "authorization"), body: body)
            switch server.next(after: request) {
            case .answer(let status, let headers, let body):
                var fields = HTTPHeaders(headers)
                fields.add(name: "content-length", value: "\(body.utf8.count)")
                let head = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .beginning(let body):
                let fields: HTTPHeaders = ["content-length": "\(body.utf8.count + 1)"]
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(
                    wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            case .silence: break
            case .hangUp, nil:
                context.close(promise: nil)
            }
        }
    }
}
