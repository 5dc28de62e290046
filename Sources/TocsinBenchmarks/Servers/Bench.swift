import Foundation
import TocsinBench

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What is measured with: the programs, a folder for their files, and how often.
struct Bench: Sendable {
    let binary: String
    let floor: String?
    /// How often each comparison is made.
    let pairs: Int
    /// Removed at the end.
    let folder: URL
    let openFiles: Int

    var hasNchan: Bool { NchanConfiguration.isInstalled }

    init(binary: String, floor: String, pairs: Int) throws {
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            throw BenchmarkError("\(binary) is not there; build it with make release")
        }
        self.binary = binary
        self.floor = FileManager.default.isExecutableFile(atPath: floor) ? floor : nil
        self.pairs = pairs
        folder = FileManager.default.temporaryDirectory.appending(path: "tocsin-bench-\(UUID().uuidString)")
        // nginx's worker may be of another user, and goes in for its temporary files.
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        openFiles = Self.raiseOpenFiles()
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// A file that nothing else is called.
    func newFile(_ name: String) -> String {
        folder.appending(path: "\(name)-\(UInt32.random(in: 0 ... .max))").path
    }

    /// Those kinds of server that are there.
    func available(_ kinds: [BenchServer.Kind]) -> [BenchServer.Kind] {
        kinds.filter { kind in
            switch kind {
            case .tocsin: true
            case .floor: floor != nil
            case .nchan: hasNchan
            }
        }
    }

    /// - Parameter options: those of `tocsin serve`; of no matter for others.
    func start(_ kind: BenchServer.Kind, _ options: [String] = [], data: String? = nil, port: Int = 0) async throws
        -> BenchServer
    {
        switch kind {
        case .tocsin:
            let arguments = ["serve", "--port", "\(port)", "--data", data ?? newFile("tocsin.db")] + options
            return try await listening(kind, ChildProcess(binary, arguments, log: newFile("log")))
        case .floor:
            return try await listening(kind, ChildProcess(floor ?? "", [], log: newFile("log")))
        case .nchan:
            return try await startNchan()
        }
    }

    private func listening(_ kind: BenchServer.Kind, _ process: ChildProcess) async throws -> BenchServer {
        BenchServer(kind: kind, process: process, port: try await process.listeningPort())
    }

    private func startNchan() async throws -> BenchServer {
        let port = try await FreePort.find()
        let prefix = newFile("nchan")
        try FileManager.default.createDirectory(atPath: prefix, withIntermediateDirectories: false)
        let configuration = prefix + "/nginx.conf"
        let text = NchanConfiguration.text(port: port, files: openFiles)
        try text.write(toFile: configuration, atomically: false, encoding: .utf8)
        let process = try ChildProcess(
            NchanConfiguration.program ?? "", ["-p", prefix + "/", "-c", configuration], log: newFile("log"))
        let end = ContinuousClock.now + .seconds(10)
        while !(await FreePort.isListening(port)) {
            guard ContinuousClock.now < end else {
                throw BenchmarkError("nginx did not start: \(process.output.suffix(500))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return BenchServer(kind: .nchan, process: process, port: port)
    }

    /// Servers inherit the limit.
    private static func raiseOpenFiles() -> Int {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        limit.rlim_cur = min(limit.rlim_max, 100_000)
        guard setrlimit(resource, &limit) == 0 else { return 1024 }
        return Int(limit.rlim_cur)
    }
}
