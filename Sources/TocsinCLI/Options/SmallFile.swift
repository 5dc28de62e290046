#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Reads files that people write by hand.
enum SmallFile {
    /// More than anybody writes by hand.
    static let maximumBytes = 1 << 20

    /// Reads all of a file. It may be a pipe, which has no size that one could ask for, or a device, which has no end.
    ///
    /// - Throws: ``Unreadable`` when it cannot be read, or has more than ``maximumBytes``.
    static func bytes(at path: String) throws(Unreadable) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unreadable(code: errno) }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while content.count <= maximumBytes {
            let count = read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(code: errno) }
            if count == 0 { return content }
            content += piece[..<count]
        }
        throw Unreadable(description: "has more than \(maximumBytes) bytes, so it is another kind of file")
    }

    /// Whether there is something at a path, of whatever kind.
    static func exists(at path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether a file keeps what is in it when it is read, as a pipe does not.
    static func isRegular(at path: String) -> Bool {
        mode(ofRegular: path) != nil
    }

    /// Whether every user of the machine can read a file; `false` where nobody can tell.
    static func isReadableByAnyone(at path: String) -> Bool {
        mode(ofRegular: path).map { $0 & S_IROTH != 0 } ?? false
    }

    private static func mode(ofRegular path: String) -> mode_t? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_mode
    }

    /// Why a file cannot be read.
    struct Unreadable: Error, Hashable, CustomStringConvertible {
        /// Goes on where the name of the file ends.
        let description: String

        fileprivate init(code: CInt) {
            let cause = String(cString: strerror(code))
            self.init(description: "cannot be read: \(cause.prefix(1).lowercased() + cause.dropFirst())")
        }

        fileprivate init(description: String) {
            self.description = description
        }
    }
}
