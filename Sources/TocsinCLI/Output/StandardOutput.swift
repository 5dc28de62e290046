import Foundation

/// Where events are printed: at once, since somebody waits for them.
enum StandardOutput {
    /// - Throws: `CancellationError` where nobody reads any more, ``CommandFailure`` where it cannot be written.
    static func write(_ bytes: [UInt8]) throws {
        guard let failure = bytes.withUnsafeBytes(Descriptor(STDOUT_FILENO).put) else { return }
        // Who reads has enough, as head has.
        if failure.isBrokenPipe { throw CancellationError() }
        throw CommandFailure("standard output cannot be written: \(failure)")
    }

    /// Prints a text, if somebody still reads.
    static func say(_ text: String) throws {
        do {
            try write(Array(text.utf8))
        } catch is CancellationError {
        }
    }

    /// Does this once nobody reads any more, though nothing may be written then; on a thread of its own.
    static func onceNobodyReads(_ action: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            if Descriptor(STDOUT_FILENO).waitForNoReader() { action() }
        }
    }
}
