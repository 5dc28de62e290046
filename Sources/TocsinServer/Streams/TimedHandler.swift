import NIOCore

/// A handler that waits for its peer, for one thing at a time. Used on its event loop only.
protocol TimedHandler: AnyObject {
    /// `nil` once it is out of its pipeline.
    var context: ChannelHandlerContext? { get }
    var timer: Scheduled<Void>? { get set }
}

extension TimedHandler {
    /// Does `work` after so long instead of what was to be done before, unless the handler is gone by then.
    func schedule(in delay: TimeAmount, _ work: @escaping (ChannelHandlerContext) -> Void) {
        timer?.cancel()
        guard let context else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timer = nil
            guard let context = self.context else { return }
            work(context)
        }
    }

    func cancelTimer() {
        timer?.cancel()
        timer = nil
    }
}
