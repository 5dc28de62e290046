import Foundation
import JournalConformance
import Logging
import Tocsin
import TocsinSQLite

/// A folder that is removed with this object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var data: String { path + "/tocsin.db" }

    func open(
        _ clock: ManualClock,
        at path: String? = nil,
        faults: SQLiteJournal.Faults = .init(),
        feed: CommitFeed = .init()
    ) throws -> SQLiteJournal {
        try SQLiteJournal(
            path: path ?? data,
            keyRetention: JournalConformance.Subject.keyRetention,
            now: clock.wallClock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            feed: feed,
            faults: faults
        )
    }

    /// Every file in it and its bytes.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            contents[name] = FileManager.default.contents(atPath: path + "/" + name) ?? Data()
        }
        return contents
    }
}

/// The error of opening a journal; `nil` where it opens.
func failure(_ open: () throws -> SQLiteJournal) async -> JournalError? {
    do {
        await (try open()).close()
        return nil
    } catch {
        return error as? JournalError
    }
}
