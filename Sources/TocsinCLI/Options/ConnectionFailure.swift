import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import TocsinAccess

/// Why a request brought no answer.
struct ConnectionFailure: Error {
    let failure: CommandFailure
    /// Whether another attempt may bring one.
    let isPassing: Bool

    /// - Parameters:
    ///   - error: of the HTTP client.
    ///   - server: its URL, for people.
    ///   - timeout: how long was waited for an answer.
    init(_ error: any Error, server: String, timeout: TimeAmount) {
        if let error = error as? NIOConnectionError, error.connectionErrors.isEmpty {
            failure = CommandFailure("host \(error.host) is not known; correct --server")
            isPassing = false
        } else if error is TimeLimit.Exceeded || error as? HTTPClientError == .deadlineExceeded {
            let limit = DurationOption(milliseconds: Int(timeout.nanoseconds / 1_000_000))
            failure = CommandFailure(
                "no answer from \(server) within \(limit); see whether it is overloaded, or no tocsin server")
            isPassing = true
        } else if error is NIOSSLError {
            failure = CommandFailure(
                "\(server) shows no certificate that is trusted here, or speaks no TLS; name a file with the "
                    + "certificate in the variable SSL_CERT_FILE, or correct --server")
            isPassing = false
        } else {
            failure = CommandFailure(
                "no answer from \(server) (\(Self.reason(error))); start it with 'tocsin serve', "
                    + "or name it with --server")
            isPassing = true
        }
    }

    /// In a few words.
    static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription.lowercased() }
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) } ?? "host \(error.host) is not known"
        }
        return (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
    }
}
