#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Where events are printed: at once, since somebody waits for them.
enum StandardOutput {
    /// - Throws: `CancellationError` where nobody reads any more, ``CommandFailure`` where it cannot be written.
    static func write(_ bytes: [UInt8]) throws {
        guard let failure = bytes.withUnsafeBytes(Descriptor(STDOUT_FILENO).put) else { return }
        // Who reads has enough, as head has.
        if failure.isBrokenPipe { throw CancellationError() }
        throw CommandFailure("standard output cannot be written: \(failure)")
    }
}
