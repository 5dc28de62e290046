import Logging
import Testing

@testable import Tocsin
@testable import TocsinServer

extension TestServer {
    /// What a test has beside a server with TLS.
    struct Certificates: Sendable {
        let folder: CertificateFolder
        let log: Taken<[String]>

        /// Waits until the log has a line with this in it.
        func logged(_ text: String, _ server: TestServer) async throws {
            try await server.eventually("'\(text)' in the log") { _ in log.value.contains { $0.contains(text) } }
        }
    }

    /// Runs a server that speaks TLS for as long as `body` takes; it looks at its certificate's files all the time.
    static func servingSecurely<Value: Sendable>(
        _ certificate: TestCertificate? = nil, _ change: (inout Options) -> Void = { _ in },
        _ body: @Sendable (TestServer, Certificates) async throws -> Value
    ) async throws -> Value {
        let folder = try CertificateFolder(try certificate ?? TestCertificate())
        let log = Taken<[String]>([])
        let shown = try ServerCertificate(
            folder.files, every: .milliseconds(5), logger: Logger(label: "test") { _ in RecordedLog(log) })
        return try await serving {
            $0.configuration.certificate = shown
            // Nothing is said but what a test brings about.
            $0.configuration.hub.shard.heartbeat = 3600
            change(&$0)
        } _: { server in
            try await body(server, Certificates(folder: folder, log: log))
        }
    }
}
