import NIOCore

/// Runs Tasks on an event loop.
///
/// A connection's requests are served on the loop that reads them: what would be handed to a thread of the pool and back,
/// two wake-ups for each request, stays where it is. Nothing that runs there may block or compute for long.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
