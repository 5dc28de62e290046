import NIOConcurrencyHelpers
import NIOPosix

/// Event loops that one server after another runs on.
///
/// They are not shut down when a server has ended: Hummingbird ends it in a Task that nobody can wait for, and which still
/// wants an event loop at its own end.
enum LentEventLoops {
    private static let free = NIOLockedValueBox<[Int: [MultiThreadedEventLoopGroup]]>([:])

    static func take(_ threads: Int) -> MultiThreadedEventLoopGroup {
        free.withLockedValue { $0[threads]?.popLast() } ?? MultiThreadedEventLoopGroup(numberOfThreads: threads)
    }

    static func giveBack(_ group: MultiThreadedEventLoopGroup, _ threads: Int) {
        free.withLockedValue { $0[threads, default: []].append(group) }
    }
}
