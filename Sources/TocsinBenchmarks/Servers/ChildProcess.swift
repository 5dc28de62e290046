#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import Foundation

/// A program that was started and is ended again.
///
/// Not Foundation's `Process`, which can crash in a process with more than a thousand open files.
final class ChildProcess: Sendable {
    let id: pid_t
    private let log: String

    /// Starts it.
    ///
    /// - Parameters:
    ///   - arguments: without the program.
    ///   - log: the file that its standard output and error are written to, anew.
    init(_ program: String, _ arguments: [String], log: String) throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // Connections of the load would stay open in it, and count against its limit.
        for descriptor in STDERR_FILENO + 1..<getdtablesize() { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        // Threads of Swift's have signals blocked, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id = pid_t()
        let error = posix_spawn(&id, program, &actions, &attributes, &words, environ)
        guard error == 0 else {
            throw BenchmarkError("\(program) cannot be started: \(String(cString: strerror(error)))")
        }
        self.id = id
    }

    /// What it has written.
    var output: String {
        FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Waits until it has written where it listens on this machine.
    ///
    /// - Returns: the port.
    func listeningPort() async throws -> Int {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if let match = output.firstMatch(of: /listening on https?:\/\/127\.0\.0\.1:(\d+)/), let port = Int(match.1)
            {
                return port
            }
            guard isRunning else { throw BenchmarkError("a server ended at its start: \(output.suffix(500))") }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw BenchmarkError("a server did not start within 60 seconds: \(output.suffix(500))")
    }

    /// Ends it, and waits for that.
    func end(with signal: Int32 = SIGTERM) async throws {
        kill(id, signal)
        try await ended()
    }

    /// Waits until it has ended.
    func ended() async throws {
        let end = ContinuousClock.now + .seconds(30)
        while isRunning {
            guard ContinuousClock.now < end else {
                kill(id, SIGKILL)
                throw BenchmarkError("a server did not end within 30 seconds: \(output.suffix(500))")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private var isRunning: Bool {
        waitpid(id, nil, WNOHANG) == 0
    }
}
