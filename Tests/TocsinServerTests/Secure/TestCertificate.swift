import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

@testable import TocsinServer

/// A certificate that nobody signed but itself, and its key.
struct TestCertificate {
    let certificatePEM: String
    let keyPEM: String

    init() throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("localhost") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: .now - 3600,
            notValidAfter: .now + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: .init(), issuerPrivateKey: .init(key))
        certificatePEM = try certificate.serializeAsPEM().pemString
        keyPEM = key.pemRepresentation
    }

    var shown: NIOSSLCertificate {
        get throws { try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))[0] }
    }
}

/// A folder with a server's certificate and key, which is removed with this object.
final class CertificateFolder: Sendable {
    private let path: String
    let files: CertificateFiles

    init(_ certificate: TestCertificate) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        files = CertificateFiles(certificate: path + "/certificate.pem", key: path + "/key.pem")
        try write(certificate)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ certificate: TestCertificate) throws {
        try write(certificate: certificate.certificatePEM)
        try write(key: certificate.keyPEM)
    }

    func write(certificate text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: files.certificate), options: .atomic)
    }

    func write(key text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: files.key), options: .atomic)
    }
}
