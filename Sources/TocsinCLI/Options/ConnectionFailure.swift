import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Says in a few words why a request brought no answer.
enum ConnectionFailure {
    static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription.lowercased() }
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) } ?? "host \(error.host) is not known"
        }
        return (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
    }
}
