import NIOCore
import NIOSSL

/// How connections are secured.
package struct LoadSecurity: Sendable {
    /// The name that the server's certificate must have; `nil` for an address.
    package var serverName: String?
    /// Whether the certificate is verified.
    package var verifies = true

    package init(serverName: String?, verifies: Bool) {
        self.serverName = serverName
        self.verifies = verifies
    }
}

/// What makes connections secure.
struct SecureChannels {
    private let serverName: String?
    private let http1: NIOSSLContext
    private let http2: NIOSSLContext

    init(_ security: LoadSecurity) throws {
        serverName = security.serverName
        var configuration = TLSConfiguration.makeClientConfiguration()
        if !security.verifies { configuration.certificateVerification = .none }
        configuration.applicationProtocols = ["http/1.1"]
        http1 = try NIOSSLContext(configuration: configuration)
        configuration.applicationProtocols = ["h2"]
        http2 = try NIOSSLContext(configuration: configuration)
    }

    /// What is put in front of a connection's other handlers.
    func handler(isHTTP2: Bool) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: isHTTP2 ? http2 : http1, serverHostname: serverName)
    }
}
