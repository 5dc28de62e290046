import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A server on this machine that answers whatever comes with the bytes that it is told.
final class AnsweringServer: Sendable {
    struct Answer: Sendable {
        let pieces: [ArraySlice<UInt8>]
        /// Else the connection stays open.
        let closes: Bool

        /// For a message.
        var shown: String {
            let bytes = pieces.flatMap(\.self).prefix(300)
            return "\(String(decoding: bytes, as: UTF8.self).debugDescription)\(closes ? "" : ", open")"
        }
    }

    let port: Int
    private let state: NIOLockedValueBox<State>

    private struct State: Sendable {
        var answers: [Answer] = []
        var next = 0
    }

    init() {
        let state = NIOLockedValueBox(State())
        self.state = state
        // swift-format-ignore: NeverUseForceTry
        // Without it there is nothing to do.
        let channel = try! ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    /// One after another, and the last for all connections that follow.
    var answers: [Answer] {
        get { state.withLockedValue(\.answers) }
        set { state.withLockedValue { $0 = State(answers: newValue) } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let state: NIOLockedValueBox<State>
        private var hasAnswered = false

        init(_ state: NIOLockedValueBox<State>) {
            self.state = state
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !hasAnswered else { return }
            hasAnswered = true
            let answer = state.withLockedValue { state -> Answer? in
                guard !state.answers.isEmpty else { return nil }
                defer { state.next += 1 }
                return state.answers[min(state.next, state.answers.count - 1)]
            }
            guard let answer else { return context.close(promise: nil) }
            for piece in answer.pieces {
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: piece)), promise: nil)
            }
            if answer.closes { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
