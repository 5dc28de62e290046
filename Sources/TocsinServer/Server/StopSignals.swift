#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Logging
import UnixSignals

/// The signals that end a server: the first one gracefully, a second SIGTERM or SIGINT at once.
struct StopSignals: Sendable {
    private let watching: Task<Void, Never>

    /// Returns when the signals are trapped.
    init(
        _ signals: [UnixSignal], logger: Logger, onFirst stop: @escaping @Sendable () async -> Void
    ) async {
        let caught = await UnixSignalsSequence(trapping: signals)
        watching = Task {
            var isStopping = false
            for await signal in caught {
                if isStopping {
                    // A terminal that is closed sends it, and the shell in it may do so as well.
                    if signal == .sighup { continue }
                    logger.warning("a second signal: ended at once, as by a crash")
                    // As a shell tells it of a process that a signal ended.
                    _exit(128 + signal.rawValue)
                }
                isStopping = true
                await stop()
            }
        }
    }

    /// Leaves the signals to whoever comes next.
    func release() {
        watching.cancel()
    }
}
