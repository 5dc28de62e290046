import GRDB
import Tocsin

extension JournalError {
    /// What went wrong with SQLite, while the journal is open.
    init(_ error: any Error, code: Code = .unavailable) {
        if let error = error as? JournalError {
            self = error
        } else {
            self.init(code: code, message: Self.cause(error))
        }
    }

    init(opening file: DataFile, _ error: any Error) {
        self.init(code: .unusable, message: "data file \(file.path) cannot be opened: \(Self.cause(error))")
    }

    private static func cause(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else {
            return error is CancellationError ? "the request was cancelled" : String(describing: error)
        }
        let message = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL: return "the disk is full; free some space"
        case .SQLITE_IOERR: return "the data file could not be read or written (\(message)); look at the disk"
        case .SQLITE_BUSY, .SQLITE_LOCKED: return "the data file is locked by another program; end that program"
        case .SQLITE_CANTOPEN where DataFile.areFilesUsedUp:
            return "no more files can be opened; raise the limit with 'ulimit -n', or LimitNOFILE in a systemd unit"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            return "the data file cannot be written (\(message)); make it and its folder writable"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return "the data file is damaged (\(message)); put back a backup"
        case .SQLITE_INTERRUPT, .SQLITE_ABORT: return "the request was cancelled"
        default: return "the data file cannot be used (\(message))"
        }
    }
}
