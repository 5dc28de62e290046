#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A file descriptor that is waited for, even where whoever opened it has set it not to wait.
struct Descriptor {
    private let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    /// Why the system could not do it.
    struct Failure: Error, CustomStringConvertible {
        let code: CInt

        /// Whether nobody reads any more what is written.
        var isBrokenPipe: Bool { code == EPIPE }

        var description: String {
            let text = String(cString: strerror(code))
            return text.prefix(1).lowercased() + text.dropFirst()
        }
    }

    /// Waits for bytes, and takes as many as there are.
    ///
    /// - Parameter output: where they lead to; once nobody reads there any more, there is nothing to wait for.
    /// - Returns: how many; zero at the end, or when nobody reads at `output`.
    func takeBytes(into buffer: UnsafeMutableRawBufferPointer, for output: Descriptor) throws(Failure) -> Int {
        while true {
            var polled = [
                pollfd(fd: number, events: Int16(POLLIN), revents: 0), pollfd(fd: output.number, events: 0, revents: 0),
            ]
            guard poll(&polled, 2, -1) >= 0 else { continue }
            if Int32(polled[1].revents) & (POLLERR | POLLHUP) != 0 { return 0 }
            let count = read(number, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR || errno == EAGAIN else { throw Failure(code: errno) }
        }
    }

    /// Waits until nobody reads any more what is written.
    ///
    /// - Returns: `false` where that cannot be known.
    func waitForNoReader() -> Bool {
        var polled = pollfd(fd: number, events: 0, revents: 0)
        while poll(&polled, 1, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return Int32(polled.revents) & (POLLERR | POLLHUP) != 0
    }

    /// Writes all of them, however long that takes.
    ///
    /// - Returns: why that was not possible.
    func put(_ bytes: UnsafeRawBufferPointer) -> Failure? {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(number, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                var polled = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                _ = poll(&polled, 1, -1)
            } else if errno != EINTR {
                return Failure(code: errno)
            }
        }
        return nil
    }
}
