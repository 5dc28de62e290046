import Foundation
import Logging
import Testing
import Tocsin

@testable import TocsinServer

/// A folder with an audit log in it, which is removed with this object.
final class AuditFolder: Sendable {
    /// A line, as far as tests look at it.
    struct Line: Decodable {
        struct Holder: Decodable {
            let sub: String?
            let jti: String?
            let key: String?
        }

        let time: String
        let action: String
        let request: String?
        let client: String?
        let by: Holder?
        let id: String?
        let alarm: String?
        let to: [String]?
        let event: String?
        let new: Bool?
        let outcome: String?
        let sub: String?
        let jti: String?
        let key: String?
        let publish: [String]?
        let until: String?
        let method: String?
        let path: String?
        let status: Int?
        let type: String?
        let omitted: Int?
        let lines: Int?
    }

    let folder: String
    var path: String { folder + "/audit.jsonl" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.resolvingSymlinksInPath().path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func log(
        limit: Int = AuditLog.usualLimit, uptime: @escaping Uptime = systemUptime,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws -> AuditLog {
        try AuditLog(
            path: path, limit: limit, now: { Timestamp(milliseconds: 1_700_000_000_000) }, uptime: uptime,
            logger: logger)
    }

    func text(of name: String = "audit.jsonl") throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    func lines(of name: String = "audit.jsonl") throws -> [Line] {
        try text(of: name).split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    func write(_ text: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Makes the log's path lead to another.
    func link(to path: String) throws {
        try? FileManager.default.removeItem(atPath: self.path)
        try FileManager.default.createSymbolicLink(atPath: self.path, withDestinationPath: path)
    }
}

extension ObservedRequest {
    static let sample = ObservedRequest(
        id: "1-1", method: "POST", route: .revocations, client: IPAddress("192.0.2.1"), began: 0)
}

extension AuditAction {
    /// One that is told apart by its number.
    static func numbered(_ number: Int) -> AuditAction {
        .withdraw(AlarmID(high: 1, low: UInt64(number)), nil)
    }
}

extension AuditFolder.Line {
    /// See ``AuditAction/numbered(_:)``.
    var number: Int? { alarm.flatMap { Int($0.dropFirst(2)) } }
}
