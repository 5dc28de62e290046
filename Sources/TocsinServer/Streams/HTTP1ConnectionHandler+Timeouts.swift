import NIOCore
import Tocsin

/// How long the connection waits for its peer: to send a request, to take an answer, to close.
///
/// One timer does for all of it, and is set anew only when it fires: a request must not cost one.
extension HTTP1ConnectionHandler: TimedHandler {
    /// A request has a limited time to arrive, which begins when the answer before it has been taken.
    func awaitRequest(for delay: TimeAmount) {
        schedule(in: delay) { [self] context in
            guard !machine.isStreaming, !machine.isClosing else { return }
            let timeout = configuration.limits.requestTimeout
            if untakenAnswers > 0 {
                closeUnlessTaking(context) { [self] in awaitRequest(for: timeout) }
                return
            }
            takenSoFar = nil
            let overdue = NIODeadline.now() - waitingSince
            if !machine.awaitsRequest {
                awaitRequest(for: timeout)
            } else if overdue >= timeout {
                // A connection that is kept for a next request may be silent.
                if !isAttached || machine.isReceiving { configuration.hub.refusals.count(.requestTimeout) }
                context.close(promise: nil)
            } else {
                awaitRequest(for: timeout - overdue)
            }
        }
    }

    /// Counts an answer until the kernel has it whole.
    ///
    /// - Parameter promise: what whoever writes it waits for.
    /// - Returns: the promise to write its end with.
    func untaken(_ promise: EventLoopPromise<Void>?, context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        untakenAnswers += 1
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in
            untakenAnswers -= 1
            waitingSince = .now()
        }
        return promise
    }

    /// Ends the connection in such a way that the peer gets all that was written.
    ///
    /// To close while bytes have not been read is to reset the connection, which destroys what the peer has not read yet
    /// (RFC 9112 9.6). So only our side is closed, once everything has left, and what still comes is dropped until the peer
    /// closes too.
    func linger(_ context: ChannelHandlerContext) {
        machine.beganClosing()
        isLingering = true
        cancelTimer()
        finishRequests(with: nil)
        let closed = context.eventLoop.makePromise(of: Void.self)
        closed.futureResult.assumeIsolated().whenComplete { [self] _ in
            schedule(in: configuration.limits.lingerTime) { $0.close(promise: nil) }
        }
        takenSoFar = nil
        awaitTaking()
        context.flush()
        context.close(mode: .output, promise: closed)
        // Whoever reads for the requests may have stopped.
        context.read()
    }

    /// Until the last bytes have left, which takes as long as the peer takes some now and then.
    private func awaitTaking() {
        schedule(in: configuration.limits.stallTimeout) { [self] context in
            closeUnlessTaking(context) { [self] in awaitTaking() }
        }
    }

    /// Closes when the peer has taken nothing since the last time this was asked.
    private func closeUnlessTaking(_ context: ChannelHandlerContext, _ otherwise: () -> Void) {
        let socket = StreamSocket(of: context.channel)
        let taken = socket?.acknowledgedBytes()
        if let taken, taken != takenSoFar {
            takenSoFar = taken
            otherwise()
        } else {
            socket?.resetWhenClosed()
            context.close(promise: nil)
        }
    }
}
