import Foundation

/// A place for a journal that is not kept.
struct TemporaryJournal: Sendable {
    private let folder: URL

    /// Makes a folder that only this user may enter, since SQLite puts files of its own beside the journal.
    init() throws(CommandFailure) {
        // Foundation takes an empty TMPDIR for the root.
        let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        folder = URL(filePath: named.isEmpty ? "/tmp" : named, directoryHint: .isDirectory)
            .appending(path: "tocsin-demo-\(UUID().uuidString)", directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure(
                "\(folder.path) cannot be made for a temporary journal; set TMPDIR to a folder that exists, "
                    + "or choose a file with --data")
        }
    }

    var location: DataLocation { .file(folder.appendingPathComponent("tocsin.db").path) }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }
}
