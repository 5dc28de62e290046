package import Logging
import NIOCertificateReloading
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP2
import NIOSSL

/// The certificate that the server shows, read again whenever its files change.
///
/// Connections keep the one that they began with. Where the files cannot be used any more, the last that could stays.
package final class ServerCertificate: Sendable {
    private struct State {
        var context: NIOSSLContext?
        /// What is wrong with the files now, told once.
        var fault: String?
    }

    private let state: NIOLockedValueBox<State>
    private let reloader: TimedCertificateReloader

    /// - Parameter interval: between two looks at the files.
    /// - Throws: ``ServerStartError`` when they cannot be used.
    package init(_ files: CertificateFiles, every interval: Duration = .seconds(5), logger: Logger) throws {
        let state = NIOLockedValueBox(State())
        let fail = { @Sendable (error: any Error) in
            let fault = files.explanation(of: error)
            let isNews = state.withLockedValue { state in
                defer { state.fault = fault }
                return state.context != nil && state.fault != fault
            }
            if isNews { logger.error("the certificate's files changed and the old one stays in use: \(fault)") }
        }
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: interval,
            certificateSource: .init(location: .memory(provider: files.readCertificate), format: .pem),
            privateKeySource: .init(location: .memory(provider: files.readKey), format: .pem)
        ) { configuration in
            configuration.onCertificateLoadFailed = { fail($0.error) }
            configuration.onCertificateLoaded = { loaded in
                let isNew =
                    loaded.previousCertificateChain != loaded.currentCertificateChain
                    || loaded.previousPrivateKey != loaded.currentPrivateKey
                guard isNew else { return state.withLockedValue { $0.fault = nil } }
                do {
                    let context = try Self.context(
                        chain: loaded.currentCertificateChain, key: loaded.currentPrivateKey)
                    let isReload = state.withLockedValue { state in
                        defer { state = State(context: context) }
                        return state.context != nil
                    }
                    if isReload { logger.notice("the certificate was read again from \(files.certificate)") }
                } catch {
                    fail(error)
                }
            }
        }
        reloader = TimedCertificateReloader(configuration: configuration)
        self.state = state
        do {
            try reloader.reload()
        } catch {
            throw ServerStartError(message: files.explanation(of: error))
        }
        if let fault = state.withLockedValue(\.fault) { throw ServerStartError(message: fault) }
    }

    /// What a new connection is to use.
    var context: NIOSSLContext? { state.withLockedValue(\.context) }

    /// Looks at the files until the server stops.
    func watch() async {
        try? await reloader.run()
    }

    private static func context(
        chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        // A peer that is gone says no goodbye: until it has, or this is over, its connection stays.
        configuration.shutdownTimeout = .seconds(1)
        return try NIOSSLContext(configuration: configuration)
    }
}
