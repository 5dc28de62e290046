import NIOSSL

/// Which certificate authorities the commands trust that ask a server.
enum TrustedCertificates {
    /// The file of certificates in PEM that the environment names, to be trusted instead of the system's.
    static func file(_ environment: [String: String]) -> String? {
        environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Returns: `nil` for what is usual.
    static func configuration(_ file: String?) -> TLSConfiguration? {
        guard let file else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(file)
        return configuration
    }
}
