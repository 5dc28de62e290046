import Foundation
import Testing

/// A process of the command, as it was built with these tests.
///
/// It is ended with the test, by its own id.
final class TocsinProcess: Sendable {
    /// How a process ended, and what it said.
    struct Ending: Sendable {
        let status: Int32
        let output: String
        let error: String

        var errorLines: [Substring] { error.split(separator: "\n") }
    }

    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private let error = Pipe()
    private let log: LineLog

    /// Starts it.
    ///
    /// - Parameters:
    ///   - environment: the variables of the command; those of this process that are its own are not passed on.
    ///   - input: its standard input.
    init(
        _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder, input text: String = ""
    ) throws {
        process = Process()
        process.executableURL = try Self.binary()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("TOCSIN_") }.merging(environment) { $1 }
        process.currentDirectoryURL = folder.url
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        log = LineLog(reading: error.fileHandleForReading)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder, input: String = ""
    ) async throws -> Ending {
        try await TocsinProcess(arguments, environment: environment, in: folder, input: input).ending()
    }

    /// Waits for its end.
    func ending() async -> Ending {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                let said = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                let ending = Ending(
                    status: process.terminationStatus, output: String(decoding: said, as: UTF8.self), error: log.text())
                continuation.resume(returning: ending)
            }
        }
    }

    /// Asks it to end.
    func terminate() {
        kill(process.processIdentifier, SIGTERM)
    }

    /// Waits for a line on standard error.
    func line(containing text: String) async throws -> String {
        for await line in log.lines where line.contains(text) {
            return line
        }
        throw Missing(text: "no line with \"\(text)\" in: \(log.text())")
    }

    /// Waits until the server listens.
    ///
    /// - Returns: its URL.
    func url() async throws -> String {
        try Self.url(in: try await line(containing: "listening on "))
    }

    /// The URL of the line that tells that it listens.
    static func url(in line: String) throws -> String {
        let url = try #require(line.split(separator: " ").first { $0.hasPrefix("http://") })
        return String(url.trimmingPrefix { $0 == "," }.prefix { $0 != "," })
    }

    struct Missing: Error {
        let text: String
    }

    /// The command lies where these tests were built.
    private static func binary() throws -> URL {
        #if os(macOS)
        let tests = try #require(Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL)
        #else
        let tests = try #require(Bundle.main.executableURL)
        #endif
        return tests.deletingLastPathComponent().appendingPathComponent("tocsin")
    }
}

/// A folder that goes with its test.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}
