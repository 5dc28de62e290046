import Synchronization
import Tocsin

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Keeps other servers off the data file as long as it lives: SQLite alone would let two in.
///
/// The lock is the system's (`flock`) on a file beside it, so that it ends with the process, however that ends. The
/// file stays: if it were removed, two servers could hold locks on two files of that name.
final class FileLock: Sendable {
    /// `nil` once released.
    private let descriptor: Mutex<CInt?>

    /// - Throws: ``JournalError/Code/unusable`` when another server holds it.
    init(for file: DataFile) throws(JournalError) {
        let path = file.path + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, DataFile.permissions)
        guard descriptor >= 0 else {
            throw DataFile.unusable("lock file \(path) cannot be opened (\(DataFile.reason(errno))); make it writable")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else {
                throw DataFile.unusable(
                    "lock file \(path) cannot be locked (\(DataFile.reason(number))); use a local disk"
                )
            }
            throw DataFile.unusable(
                "data file \(file.path) is in use by another server; stop that one or choose another data file"
            )
        }
        self.descriptor = Mutex(descriptor)
    }

    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let held { close(held) }
    }

    deinit {
        release()
    }
}
