#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOCore

/// A server that could not start.
package struct ServerStartError: Error, CustomStringConvertible {
    /// One line: the cause and the cure.
    package let message: String

    package var description: String { message }

    init(message: String) {
        self.message = message
    }

    init(_ error: IOError, host: String, port: Int) {
        switch error.errnoCode {
        case EADDRINUSE:
            message = "port \(port) of \(host) is in use; stop the server that has it, or choose another --port"
        case EACCES:
            message = "port \(port) of \(host) may not be used by this user; choose a --port of 1024 or more"
        case EADDRNOTAVAIL:
            message = "\(host) is no address of this machine; choose another --host"
        default:
            message = "cannot listen on \(host) port \(port): \(error)"
        }
    }

    init(unknownHost host: String) {
        message = "the host \(host) is not known; choose another --host"
    }
}
