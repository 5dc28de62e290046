import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import TocsinAccess

/// Why a request brought no answer.
struct ConnectionFailure: Error {
    let failure: CommandFailure
    /// Without what to do about it.
    let cause: String
    /// Whether another attempt may bring one.
    let isPassing: Bool

    /// - Parameters:
    ///   - error: of the HTTP client.
    ///   - server: its URL, for people.
    ///   - timeout: how long was waited for an answer.
    init(_ error: any Error, server: String, timeout: TimeAmount) {
        let (cause, cure): (String, String)
        if let error = error as? NIOConnectionError, error.connectionErrors.isEmpty {
            (cause, cure) = ("host \(error.host) is not known", "correct --server")
            isPassing = false
        } else if error is TimeLimit.Exceeded || error as? HTTPClientError == .deadlineExceeded {
            let limit = DurationOption(milliseconds: Int(timeout.nanoseconds / 1_000_000))
            cause = "no answer from \(server) within \(limit)"
            cure = "see whether it is overloaded, or no tocsin server"
            isPassing = true
        } else if let fault = TLSFault(error) {
            (cause, cure) = fault.parts(of: server, givenWith: "--server")
            isPassing = false
        } else {
            cause = "no answer from \(server) (\(Self.reason(error)))"
            cure =
                Self.mayWantTLS(error, url: server)
                ? "start it with 'tocsin serve', name it with --server, or, if it has a certificate, write https"
                : "start it with 'tocsin serve', or name it with --server"
            isPassing = true
        }
        self.cause = cause
        failure = CommandFailure("\(cause); \(cure)")
    }

    /// Whether a server that speaks TLS would end a connection like this, which it was asked in the clear.
    static func mayWantTLS(_ error: any Error, url: String) -> Bool {
        error as? HTTPClientError == .remoteConnectionClosed && url.lowercased().hasPrefix("http:")
    }

    /// In a few words.
    static func reason(_ error: any Error) -> String {
        if let fault = TLSFault(error) { return fault.message(of: "it", givenWith: "the URL") }
        if let error = error as? HTTPClientError { return error.shortDescription.lowercased() }
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) } ?? "host \(error.host) is not known"
        }
        return (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
    }
}
