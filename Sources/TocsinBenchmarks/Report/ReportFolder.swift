import Foundation

/// Where tables and pictures are put.
struct ReportFolder: Sendable {
    private let folder: URL

    init(_ path: String) throws {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String) throws {
        let file = folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        say("wrote \(file.relativePath)")
    }
}
