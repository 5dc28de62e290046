#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The file of an audit log, to which lines are added. Its calls block.
///
/// What rotates logs renames the file, or removes it: then the next lines go into a new one.
struct AuditFile: ~Copyable {
    private let path: String
    private var descriptor: CInt
    private var identity: Identity
    /// Bytes of the next line that are there already, since the rest of it could not be written.
    private var begun = 0

    private struct Identity: Hashable {
        let device: UInt64
        let node: UInt64
        let isRegular: Bool

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            node = UInt64(status.st_ino)
            isRegular = status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// Opens it, and makes it where it is missing, for this user's eyes only.
    ///
    /// - Throws: ``AuditFileError`` where that cannot be, or where it holds something else than an audit log; then it is left as
    ///   it is.
    init(path: String) throws(AuditFileError) {
        self.path = path
        (descriptor, identity) = try Self.opened(path)
    }

    deinit {
        close(descriptor)
    }

    /// Adds lines, each with its line end.
    ///
    /// - Throws: ``AuditFileError``, which says how many bytes of whole lines were added before. What is left is to be given first
    ///   the next time, so that a line which is there in part becomes whole.
    mutating func add(_ lines: [UInt8]) throws(AuditFileError) {
        try openAnewIfMoved()
        var count = begun
        while count < lines.count {
            let written = lines.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if written >= 0 {
                count += written
            } else if errno != EINTR {
                let reason = errno
                let whole = (lines[..<count].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
                begun = count - whole
                throw AuditFileError(.write(reason), path: path, added: whole)
            }
        }
        begun = 0
    }

    private mutating func openAnewIfMoved() throws(AuditFileError) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard !isThere || Identity(status) != identity else { return }
        let (descriptor, identity) = try Self.opened(path)
        close(self.descriptor)
        (self.descriptor, self.identity) = (descriptor, identity)
        begun = 0
    }

    private static func opened(_ path: String) throws(AuditFileError) -> (CInt, Identity) {
        // To read, too: for its first and last byte, and so that a pipe which nobody reads from opens.
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { throw AuditFileError(.open(errno), path: path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = errno
            close(descriptor)
            throw AuditFileError(.open(reason), path: path)
        }
        let identity = Identity(status)
        if identity.isRegular, status.st_size > 0 {
            guard byte(at: 0, of: descriptor) == UInt8(ascii: "{") else {
                close(descriptor)
                throw AuditFileError(.foreign, path: path)
            }
            // A line that a crash has cut off stays a line of its own.
            if byte(at: status.st_size - 1, of: descriptor) != UInt8(ascii: "\n") { write(descriptor, "\n", 1) }
        }
        return (descriptor, identity)
    }

    private static func byte(at offset: off_t, of descriptor: CInt) -> UInt8? {
        var byte: UInt8 = 0
        return pread(descriptor, &byte, 1, offset) == 1 ? byte : nil
    }
}

/// Why nothing can be added to an audit log.
package struct AuditFileError: Error, Hashable, CustomStringConvertible {
    enum Reason: Hashable, Sendable {
        /// With the system's number for the error.
        case open(CInt)
        case write(CInt)
        /// It holds something else.
        case foreign
    }

    let reason: Reason
    let path: String
    /// Bytes of whole lines that were added before it failed.
    let added: Int

    init(_ reason: Reason, path: String, added: Int = 0) {
        self.reason = reason
        self.path = path
        self.added = added
    }

    /// One line: the cause and the cure.
    package var description: String {
        switch reason {
        case .open(ENOENT): "the audit log \(path) cannot be made, since its folder is missing; make the folder"
        case .open(EISDIR): "the audit log \(path) is a folder; give the path of a file"
        case .open(let number):
            "the audit log \(path) cannot be opened (\(Self.text(number))); make it writable, or choose another --audit"
        case .write(ENOSPC): "the audit log \(path) cannot be written, since its disk is full; make room"
        case .write(let number): "the audit log \(path) cannot be written (\(Self.text(number))); mend what it lies on"
        case .foreign: "the file \(path) is no audit log, and is left as it is; choose another --audit"
        }
    }

    private static func text(_ number: CInt) -> String { String(cString: strerror(number)).lowercased() }
}
