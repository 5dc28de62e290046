import NIOCertificateReloading
import NIOSSL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the certificate that the server shows and its private key are; both in PEM.
package struct CertificateFiles: Hashable, Sendable {
    /// The certificate, and after it those that lead to one that clients know.
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// Says in one line why the files cannot be used, and what to do.
    func explanation(of error: any Error) -> String {
        if let error = error as? Unusable { return error.description }
        if let error = error as? TimedCertificateReloader.Error, error == .publicKeyMismatch {
            return "--tls-key \(key): this key is not that of the first certificate in \(certificate); "
                + "give the key that the certificate was made for"
        }
        return "--tls-certificate \(certificate) and --tls-key \(key) cannot be used: \(error); "
            + "give certificates only in the one, and one key only in the other, as 'openssl pkey -in FILE' writes it"
    }

    func readCertificate() throws -> [UInt8] {
        let bytes = try Self.read(certificate, option: "--tls-certificate")
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw Unusable(
                "--tls-certificate \(certificate): there is no certificate in it; "
                    + "give a file in PEM, which has a line -----BEGIN CERTIFICATE-----")
        }
        return bytes
    }

    func readKey() throws -> [UInt8] {
        let bytes = try Self.read(key, option: "--tls-key")
        guard (try? NIOSSLPrivateKey(bytes: bytes, format: .pem)) != nil else {
            throw Unusable(
                "--tls-key \(key): there is no private key in it, or one with a password; "
                    + "give a file in PEM, which 'openssl pkey -in FILE' writes")
        }
        return bytes
    }

    private static func read(_ path: String, option: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Unusable("\(option) \(path) cannot be read; check that it is there and this user may read it")
        }
    }

    private struct Unusable: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }
}
