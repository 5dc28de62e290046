import Foundation
import InMemoryLogging
import Logging
import NIOConcurrencyHelpers
import Patience
import Testing
import Tocsin
import TocsinAccess

@testable import TocsinServer

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite struct AuditLogTests {
    private let folder: AuditFolder

    init() throws {
        folder = try AuditFolder()
    }

    private func record(_ numbers: [Int], in log: AuditLog) async {
        await log.record(numbers.map(AuditAction.numbered), areKnown: true, of: .sample)
    }

    @Test("A line is in the file when it was recorded, for this user's eyes only")
    func recorded() async throws {
        let log = try folder.log()
        await record([7], in: log)
        #expect(
            try folder.text() == """
                {"time":"2023-11-14T22:13:20.000Z","action":"withdraw","request":"1-1","client":"192.0.2.1",\
                "by":null,"alarm":"1-7"}

                """)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("Lines of many requests at once are all there, each whole, those of one request together")
    func together() async throws {
        let log = try folder.log()
        await withTaskGroup { group in
            for request in 0..<200 {
                group.addTask { await record(Array(request * 10..<request * 10 + 10), in: log) }
            }
        }
        let numbers = try folder.lines().compactMap(\.number)
        #expect(numbers.count == 2000 && Set(numbers) == Set(0..<2000))
        #expect(stride(from: 0, to: 2000, by: 10).allSatisfy { numbers[$0 + 9] == numbers[$0] + 9 })
    }

    @Test("A file that was there is added to, and a line that a crash cut off stays a line of its own")
    func existing() async throws {
        try folder.write("{\"action\":\"publish\"}\n{\"action\":\"pub")
        await record([1], in: try folder.log())
        let lines = try folder.text().split(separator: "\n")
        #expect(lines.count == 3 && lines[1] == #"{"action":"pub"# && lines[2].hasSuffix(#""alarm":"1-1"}"#))
    }

    @Test("A file that was renamed keeps what it has, and the next lines are in a new one")
    func rotated() async throws {
        let log = try folder.log()
        await record([1], in: log)
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + ".1")
        await record([2], in: log)
        try FileManager.default.removeItem(atPath: folder.path)
        await record([3], in: log)
        #expect(try folder.lines(of: "audit.jsonl.1").map(\.number) == [1])
        #expect(try folder.lines().map(\.number) == [3])
    }

    @Test("What holds something else is refused, and left as it is")
    func foreign() throws {
        try folder.write("SQLite format 3")
        let error = #expect(throws: AuditFileError.self) { try folder.log() }
        #expect(
            error?.description
                == "the file \(folder.path) is no audit log, and is left as it is; choose another --audit")
        #expect(try folder.text() == "SQLite format 3")
    }

    @Test("A path that cannot be a file is refused with the cure")
    func unusable() throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let error = #expect(throws: AuditFileError.self) { try folder.log() }
        #expect(error?.description == "the audit log \(folder.path) is a folder; give the path of a file")
        let missing = #expect(throws: AuditFileError.self) {
            try AuditLog(path: "/nowhere/at/all", logger: Logger(label: "test"))
        }
        #expect(missing?.description.hasSuffix("since its folder is missing; make the folder") == true)
    }

    @Test("While the disk is full nobody waits, and once there is room all is written in order")
    func full() async throws {
        var handler = InMemoryLogHandler()
        handler.logLevel = .trace
        let log = try { [handler] in
            try folder.link(to: "/dev/full")
            return try folder.log(logger: Logger(label: "test") { _ in handler })
        }()
        await record([1], in: log)
        #expect(log.isFailing)
        await record([2, 3], in: log)
        log.look()
        await log.flush()
        try folder.link(to: folder.folder + "/room.jsonl")
        // Once more, since the look before may still have been at the full disk.
        try await eventually("writing") {
            log.look()
            return !log.isFailing
        }
        await record([4], in: log)
        #expect(try folder.lines(of: "room.jsonl").map(\.number) == [1, 2, 3, 4])
        let told = handler.entries.map { "\($0.level) \($0.message)" }
        #expect(
            told == [
                "error the audit log \(folder.path) cannot be written, since its disk is full; make room; alarms go on "
                    + "meanwhile, and what is to be written down waits",
                "notice the audit log is written again",
            ])
    }

    @Test("What finds no room is counted, and the count is the next line")
    func bounded() async throws {
        try folder.link(to: "/dev/full")
        let log = try folder.log(limit: 1000)
        for number in 1...20 { await record([number], in: log) }
        try folder.link(to: folder.folder + "/room.jsonl")
        try await eventually("writing") {
            log.look()
            return !log.isFailing
        }
        await record([21], in: log)
        let lines = try folder.lines(of: "room.jsonl")
        let kept = lines.compactMap(\.number)
        let omitted = try #require(lines.first { $0.action == "omit" }?.lines)
        #expect(kept == Array(1...kept.count - 1) + [21] && kept.count + omitted == 21)
        #expect(log.omittedLines == omitted && omitted > 10)
    }

    @Test("Behind a disk that hangs nobody waits longer than a while, and nothing is lost when it answers")
    func hanging() async throws {
        try #require(mkfifo(folder.path, 0o600) == 0)
        let uptime = NIOLockedValueBox<UInt64>(0)
        let log = try folder.log(uptime: { uptime.withLockedValue { $0 } })
        // More than a pipe takes that nobody reads from.
        let first = Task { await record(Array(0..<2000), in: log) }
        try await eventually("a thread that hangs") {
            uptime.withLockedValue { $0 += AuditLog.patience }
            log.look()
            return log.isFailing
        }
        await first.value
        await record([2000], in: log)
        let reader = open(folder.path, O_RDONLY)
        defer { close(reader) }
        var (text, part) = (Data(), [UInt8](repeating: 0, count: 65_536))
        while !text.contains("\"1-2000\"".utf8) {
            let count = read(reader, &part, part.count)
            try #require(count > 0)
            text += part[..<count]
        }
        let lines = text.split(separator: UInt8(ascii: "\n"))
        let numbers = try lines.map { try JSONDecoder().decode(AuditFolder.Line.self, from: $0).number }
        #expect(numbers == Array(0...2000))
        try await eventually("writing") { !log.isFailing }
    }

    @Test("Refusals of one kind have ten lines a second, and the next tells how many had none")
    func refusals() async throws {
        let uptime = NIOLockedValueBox<UInt64>(5_000_000_000)
        let log = try folder.log(uptime: { uptime.withLockedValue { $0 } })
        for _ in 1...25 { log.note(.missingToken, path: "/alarms", of: .sample) }
        log.note(.missingAdmin(of: Holder()), path: "/metrics", of: .sample)
        uptime.withLockedValue { $0 += 1_000_000_000 }
        log.note(.missingToken, path: String(repeating: "/", count: 16_000), of: .sample)
        await log.flush()
        let lines = try folder.lines()
        #expect(lines.count == 12 && lines.filter { $0.type == "missing-permission" }.count == 1)
        #expect(lines.last?.omitted == 15 && lines.last?.path?.count == 255)
    }
}
