import NIOCore
import Patience

/// Keeps what a connection receives, and wakes who waits for it. Used on the connection's event loop only.
final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How the peer ended the connection.
    enum Ending: Sendable {
        /// It sent all it had and closed its side.
        case finished
        /// It, or the network, gave the connection up.
        case reset
    }

    /// Looks at what there is, takes from it what it wants, and says whether it has what it waits for.
    typealias Attempt = (inout [UInt8], Ending?) throws -> Bool

    private struct Waiter {
        let attempt: Attempt
        let what: String
        let promise: EventLoopPromise<Void>
        var deadline: Scheduled<Void>?
    }

    private var bytes: [UInt8] = []
    private var ending: Ending?
    private var waiter: Waiter?

    /// Tries at once, and again whenever something has come. It fails when nothing comes for too long.
    func wait(for what: String, on eventLoop: any EventLoop, _ attempt: @escaping Attempt) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        waiter = Waiter(attempt: attempt, what: what, promise: promise)
        beginToWait(on: eventLoop)
        wake()
        return promise.futureResult
    }

    private func beginToWait(on eventLoop: any EventLoop) {
        waiter?.deadline?.cancel()
        waiter?.deadline = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [self] in
            guard let waiter else { return }
            self.waiter = nil
            waiter.promise.fail(Missing(what: waiter.what, instead: described))
        }
    }

    private func wake() {
        guard let waiter else { return }
        do {
            guard try waiter.attempt(&bytes, ending) else { return }
            waiter.promise.succeed()
        } catch {
            waiter.promise.fail(error)
        }
        waiter.deadline?.cancel()
        self.waiter = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        wake()
        if waiter != nil { beginToWait(on: context.eventLoop) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { end(.finished) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.reset)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.finished)
    }

    private func end(_ ending: Ending) {
        guard self.ending == nil else { return }
        self.ending = ending
        wake()
    }

    private var described: String {
        let text = String(decoding: bytes.prefix(500), as: UTF8.self)
        return "\(bytes.count) bytes, \(ending.map { "\($0)" } ?? "still open"): \(text)"
    }

    struct Missing: Error, CustomStringConvertible {
        let what: String
        let instead: String

        var description: String { "waited for \(what), but there is: \(instead)" }
    }
}

extension Channel {
    /// Adds a receiver while the channel is set up: it may end before anybody can ask for one.
    func addReceiver() throws -> NIOLoopBound<Receiver> {
        let receiver = Receiver()
        try pipeline.syncOperations.addHandler(receiver)
        return NIOLoopBound(receiver, eventLoop: eventLoop)
    }
}
