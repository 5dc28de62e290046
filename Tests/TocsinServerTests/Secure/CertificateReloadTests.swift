import Logging
import NIOSSL
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct CertificateReloadTests {
    /// What a new client is shown.
    private static func shown(by server: TestServer) async throws -> NIOSSLCertificate? {
        let client = try await HTTP2Client(to: server)
        #expect(try await client.answer(to: "GET", "/health").status == 200)
        return client.security.outcome.value?.certificate
    }

    @Test("A new certificate is shown to new connections, and the streams of old ones go on")
    func reload() async throws {
        let first = try TestCertificate()
        let second = try TestCertificate()
        try await TestServer.servingSecurely(first) { server, certificates in
            let client = try await HTTP2Client(to: server)
            let reader = try await client.listen("/connection/t")
            let old = try await RawConnection(to: server.port, over: try ClientSecurity(["http/1.1"]))
            try await old.send(RawRequest("GET", "/connection/t").bytes)
            let oldReader = try await EventReader(on: old)
            #expect(try await Self.shown(by: server) == first.shown)

            try certificates.folder.write(second)
            try await certificates.logged("notice: the certificate was read again from ", server)
            #expect(try await Self.shown(by: server) == second.shown)
            let id = try await server.hub.publish(to: "t")
            #expect(try await reader.events(2).last?.id == id)
            #expect(try await oldReader.events(2).last?.id == id)
        }
    }

    @Test(
        "Files that cannot be used leave the old certificate, and are told of once",
        arguments: [
            (nil, "", "there is no private key in it"),
            ("-----BEGIN CERTIFICATE-----\n", nil, "there is no certificate"),
            (nil, try TestCertificate().keyPEM, "this key is not that of the first certificate in "),
        ] as [(String?, String?, String)])
    func broken(certificate: String?, key: String?, fault: String) async throws {
        let first = try TestCertificate()
        let second = try TestCertificate()
        try await TestServer.servingSecurely(first) { server, certificates in
            if let certificate { try certificates.folder.write(certificate: certificate) }
            if let key { try certificates.folder.write(key: key) }
            try await certificates.logged(fault, server)
            #expect(try await Self.shown(by: server) == first.shown)
            let told = certificates.log.value.filter { $0.contains(fault) }
            #expect(told.count == 1)
            #expect(told[0].hasPrefix("error: the certificate's files changed and the old one stays in use: --tls-"))
            try certificates.folder.write(second)
            try await certificates.logged("was read again from ", server)
            #expect(try await Self.shown(by: server) == second.shown)
        }
    }

    @Test("A server does not start with files that it cannot use")
    func unusable() throws {
        let folder = try CertificateFolder(try TestCertificate())
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        _ = try ServerCertificate(folder.files, logger: logger)
        try folder.write(key: try TestCertificate().keyPEM)
        let other = #expect(throws: ServerStartError.self) { _ = try ServerCertificate(folder.files, logger: logger) }
        #expect(other?.message.contains("is not that of the first certificate") == true)
        let missing = CertificateFiles(certificate: folder.files.certificate, key: folder.files.key + "x")
        let error = #expect(throws: ServerStartError.self) { _ = try ServerCertificate(missing, logger: logger) }
        #expect(error?.message.hasPrefix("--tls-key \(folder.files.key)x cannot be read; ") == true)
        let both = try TestCertificate()
        try folder.write(certificate: both.keyPEM + "\n" + both.certificatePEM)
        try folder.write(key: both.keyPEM)
        let mixed = #expect(throws: ServerStartError.self) { _ = try ServerCertificate(folder.files, logger: logger) }
        #expect(mixed?.message.contains("; give certificates only in the one, and one key only in the other") == true)
    }
}
