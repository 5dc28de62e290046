import NIOPosix
import NIOSSL

/// What keeps a connection from being secure.
enum TLSFault: Hashable {
    /// What `SSL_CERT_FILE` names is no file of certificates.
    case certificateFile
    /// The certificate is not for the name in the URL.
    case otherName
    /// The certificate is not trusted, or there is none at all.
    case untrusted

    /// - Parameter error: of the HTTP client.
    /// - Returns: `nil` for what has another cause.
    init?(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first, let fault = TLSFault(first.error) else { return nil }
            self = fault
        case NIOSSLError.noSuchFilesystemObject, BoringSSLError.unknownError: self = .certificateFile
        case is NIOSSLError, is BoringSSLError: self = .untrusted
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .otherName
        default: return nil
        }
    }

    /// The cause, and the cure.
    ///
    /// - Parameters:
    ///   - subject: what was asked.
    ///   - option: where its URL was given.
    func parts(of subject: String, givenWith option: String) -> (cause: String, cure: String) {
        switch self {
        case .certificateFile:
            (
                "the file that the variable SSL_CERT_FILE names cannot be read, or has no certificate in PEM",
                "correct it, or unset it"
            )
        case .otherName:
            ("\(subject) shows a certificate for another name", "write the name that it is for in \(option)")
        case .untrusted:
            (
                "\(subject) shows no certificate that is trusted here, or speaks no TLS",
                "name a file with the certificate in the variable SSL_CERT_FILE, or correct \(option)"
            )
        }
    }

    /// In one clause.
    func message(of subject: String, givenWith option: String) -> String {
        let (cause, cure) = parts(of: subject, givenWith: option)
        return "\(cause); \(cure)"
    }
}
