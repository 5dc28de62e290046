#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the process says when a case ends it: which one it was.
enum LastWords {
    // Written before each case, by one thread, and read in a signal handler of the same.
    nonisolated(unsafe) private static let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    nonisolated(unsafe) private static var length = 0

    static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { number in
                LastWords.say()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func set(_ words: String) {
        length = 0
        for byte in words.utf8.prefix(text.count) {
            text[length] = byte
            length += 1
        }
    }

    private static func say() {
        _ = write(STDERR_FILENO, text.baseAddress, length)
    }
}
