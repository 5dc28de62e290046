import Tocsin

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The journal's file on disk, before SQLite sees it.
struct DataFile: Sendable {
    /// Says in a file's header that it is this server's: "Tcsn".
    static let applicationID: Int32 = 0x5463_736E
    /// Of the files that are made: whoever could read them would read every alarm, whatever the access rules.
    static let permissions: mode_t = 0o600

    /// Absolute, without symbolic links: who opens it by another name meets the same lock.
    let path: String

    /// Finds the file's place and makes the folders that are missing.
    ///
    /// - Throws: ``JournalError/Code/unusable`` where there can be no file.
    init(_ path: String) throws(JournalError) {
        guard !path.isEmpty else { throw Self.unusable("the path of the data file is empty; name a file") }
        if let resolved = Self.resolve(path) {
            self.path = resolved
        } else {
            let (folder, name) = Self.split(path)
            guard name != ".", name != ".." else {
                throw Self.unusable("data file \(path) is a folder; name a file in it")
            }
            try Self.makeFolder(folder)
            guard let resolved = Self.resolve(folder) else {
                throw Self.unusable(
                    "folder \(folder) cannot be entered (\(Self.reason(errno))); choose another data file"
                )
            }
            self.path = resolved == "/" ? "/" + name : resolved + "/" + name
        }
        try checkKind()
        try checkHeader()
    }

    /// What is said of the file, for those who are not to know where it lies.
    func withoutPlace(_ message: String) -> String {
        message.replacing("data file \(path)", with: "the data file")
            .replacing("folder \(Self.split(path).folder)", with: "its folder")
    }

    /// Bytes of the file and of what was not put into it yet.
    var size: Int {
        [path, path + "-wal"].reduce(0) { size, path in
            var status = stat()
            return stat(path, &status) == 0 ? size + Int(status.st_size) : size
        }
    }

    /// Makes it where it is missing, empty. SQLite gives the files beside it the same permissions.
    func make() throws(JournalError) {
        // One that is there is not opened: to close it would end the locks that SQLite may have on it.
        guard access(path, F_OK) != 0 else { return }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, Self.permissions)
        guard descriptor >= 0 else { throw notMade(errno) }
        close(descriptor)
    }

    /// - Parameter number: the system's reason.
    private func notMade(_ number: CInt) -> JournalError {
        Self.unusable(
            "data file \(path) cannot be made (\(Self.reason(number))); make folder \(Self.split(path).folder) writable or choose another data file"
        )
    }

    /// Has the file's name written to disk, as SQLite does for its contents only.
    func syncFolder() throws(JournalError) {
        try Self.syncFolder(Self.split(path).folder)
    }

    private func checkKind() throws(JournalError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard access(Self.split(path).folder, W_OK | X_OK) == 0 else { throw notMade(errno) }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Self.unusable("data file \(path) is a folder; name a file in it")
        default: throw Self.unusable("data file \(path) is no regular file; choose another")
        }
        guard access(path, R_OK | W_OK) == 0 else {
            throw Self.unusable(
                "data file \(path) cannot be written (\(Self.reason(errno))); make it writable or choose another"
            )
        }
    }

    /// Refuses another program's file by its first bytes alone: SQLite might already change a file that it only opens.
    func checkHeader() throws(JournalError) {
        let header = try readHeader()
        if header.isEmpty { return }
        guard header.count == Self.headerLength, header.starts(with: Array("SQLite format 3".utf8) + [0]) else {
            throw Self.unusable("data file \(path) is not a tocsin file; choose another data file")
        }
        let applicationID = Int32(bitPattern: header[68..<72].reduce(0) { $0 << 8 | UInt32($1) })
        // SQLite's file format, 1.6: a leaf of the schema's table with no cell is a database without tables.
        let hasNoTables = header[100] == 13 && header[103] == 0 && header[104] == 0 && !Self.isPresent(path + "-wal")
        guard applicationID == Self.applicationID || applicationID == 0 && hasNoTables else {
            throw Self.unusable(
                "data file \(path) is a database of another program, not a tocsin file; choose another data file"
            )
        }
    }

    private static let headerLength = 108

    private func readHeader() throws(JournalError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return [] }
            throw Self.unusable("data file \(path) cannot be read (\(Self.reason(errno))); make it readable")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.headerLength)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            throw Self.unusable("data file \(path) cannot be read (\(Self.reason(errno))); look at the disk")
        }
        return Array(bytes.prefix(count))
    }
}

// MARK: - Paths

extension DataFile {
    static func unusable(_ message: String) -> JournalError {
        JournalError(code: .unusable, message: message)
    }

    /// The system's text for an error number, in lower case.
    static func reason(_ number: CInt) -> String {
        String(cString: strerror(number)).lowercased()
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let name = String(path[path.index(after: slash)...])
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, name.isEmpty ? "." : name)
    }

    private static func isPresent(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Whether the process may open no more files, which SQLite does not tell.
    static var areFilesUsedUp: Bool {
        let descriptor = open("/", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
        return descriptor < 0 && (errno == EMFILE || errno == ENFILE)
    }

    private static func makeFolder(_ folder: String) throws(JournalError) {
        guard access(folder, F_OK) != 0 else { return }
        let (parent, name) = split(folder)
        try makeFolder(parent)
        // What ends in a slash is there with its parent.
        guard name != "." else { return }
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw unusable("folder \(folder) cannot be made (\(reason(errno))); choose another data file")
        }
        try syncFolder(parent)
    }

    private static func syncFolder(_ folder: String) throws(JournalError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw unusable("folder \(folder) cannot be opened (\(reason(errno))); make it readable")
        }
        defer { close(descriptor) }
        // A file system that cannot sync folders says EINVAL, and there is no more to be done on it.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw unusable("folder \(folder) cannot be synced (\(reason(errno))); look at the disk")
        }
    }
}
