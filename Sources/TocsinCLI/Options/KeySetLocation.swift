import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TocsinAccess
import TocsinServer

/// Where a JSON Web Key Set is.
enum KeySetLocation: Hashable, Sendable, CustomStringConvertible {
    case file(String)
    case url(String)

    static let requirement = """
        is the path of a file, or an https URL; an http URL is taken from this machine only, since whoever brings the keys \
        can make tokens
        """

    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        guard let scheme = text.firstRange(of: "://").map({ text[..<$0.lowerBound].lowercased() }) else {
            self = .file(text)
            return
        }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
            scheme == "https" || scheme == "http" && ListeningHost(host)?.isLoopback == true
        else { return nil }
        self = .url(text)
    }

    var description: String {
        switch self {
        case .file(let path): path
        case .url(let url): url
        }
    }

    /// Reads the keys.
    func keys() async throws -> [TokenKey] {
        let bytes = try await read()
        do throws(InvalidTokenKey) {
            return try await TokenKey.keys(ofSet: bytes)
        } catch {
            throw CommandFailure("--jwks \(self): \(error)")
        }
    }

    /// Reads the set's text.
    ///
    /// - Parameter limit: of all that a URL's answer takes, to its last byte.
    /// - Throws: ``CommandFailure``.
    func read(within limit: TimeLimit = TimeLimit(.seconds(10))) async throws -> [UInt8] {
        switch self {
        case .file(let path):
            do throws(SmallFile.Unreadable) {
                return try SmallFile.bytes(at: path)
            } catch {
                throw CommandFailure("--jwks \(path) \(error)")
            }
        case .url(let url):
            return try await Self.fetch(url, within: limit)
        }
    }

    private static func fetch(_ url: String, within limit: TimeLimit) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration(
            // It could lead to where anyone can give an answer.
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        configuration.httpVersion = .http1Only
        configuration.tlsConfiguration = TrustedCertificates.configuration(
            TrustedCertificates.file(ProcessInfo.processInfo.environment))
        do {
            return try await limit { [configuration] in
                try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                    var request = HTTPClientRequest(url: url)
                    request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
                    request.headers.add(name: "user-agent", value: "tocsin/\(TocsinCommand.version)")
                    // The client's own deadline would be for the head only.
                    let response = try await client.execute(request, deadline: .distantFuture)
                    guard response.status == .ok else {
                        throw CommandFailure("--jwks \(url) answers \(response.status.code), not 200")
                    }
                    return Array(try await response.body.collect(upTo: SmallFile.maximumBytes).readableBytesView)
                }
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("--jwks \(url) cannot be fetched: \(ConnectionFailure.reason(error))")
        }
    }
}
