import Foundation

/// A certificate of our own making, for this machine.
struct Certificate: Sendable {
    /// What `tocsin serve` is told of it.
    let options: [String]

    init(in bench: Bench) async throws {
        let (certificate, key) = (bench.newFile("certificate.pem"), bench.newFile("key.pem"))
        guard
            let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
                .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
        else { throw BenchmarkError("openssl is needed for a certificate; install it") }
        let process = try ChildProcess(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
            ], log: bench.newFile("openssl"))
        try await process.ended()
        guard FileManager.default.fileExists(atPath: certificate) else {
            throw BenchmarkError("openssl made no certificate: \(process.output.suffix(500))")
        }
        options = ["--tls-certificate", certificate, "--tls-key", key]
    }
}
