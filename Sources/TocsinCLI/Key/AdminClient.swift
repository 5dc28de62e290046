import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import TocsinAccess

/// Asks a server to do something that only an admin may.
struct AdminClient: Sendable {
    private static let timeout = TimeAmount.seconds(10)

    /// Of all that an answer takes, to its last byte.
    var limit = TimeLimit(.nanoseconds(timeout.nanoseconds))
    let access: ServerAccess
    let token: String?
    /// A file of certificates in PEM that are trusted instead of the system's.
    let trustedCertificates: String?
    /// What to do about a refusal.
    let cure: RefusalCure

    /// - Throws: ``CommandFailure`` that says why it was not done.
    func ask<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, as type: Answer.Type
    ) async throws -> Answer {
        let answer = try await send(method, path, body)
        guard let value = try? JSONDecoder().decode(type, from: Data(answer)) else {
            throw CommandFailure("the answer is not understood; --server is perhaps not a tocsin server")
        }
        return value
    }

    func ask(_ method: HTTPMethod, _ path: String) async throws {
        _ = try await send(method, path, nil)
    }

    private func send(_ method: HTTPMethod, _ path: String, _ body: [UInt8]?) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.tlsConfiguration = TrustedCertificates.configuration(trustedCertificates)
        var request = HTTPClientRequest(url: access.url(path))
        request.method = method
        request.headers.add(name: "accept", value: "application/json, application/problem+json")
        request.headers.add(name: "user-agent", value: "tocsin/\(TocsinCommand.version)")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let (status, reason, answer): (UInt, String, [UInt8])
        do {
            (status, reason, answer) = try await limit { [configuration, request] in
                try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                    // The client's own deadline would be for the head only.
                    let response = try await client.execute(request, deadline: .distantFuture)
                    // More than keys that somebody made by hand can be.
                    let body = try await response.body.collect(upTo: 64 << 20)
                    return (response.status.code, response.status.reasonPhrase, Array(body.readableBytesView))
                }
            }
        } catch {
            throw ConnectionFailure(error, server: access.server, timeout: Self.timeout).failure
        }
        guard (200...299).contains(status) else {
            throw ServerRefusal.failure(status: status, reason: reason, body: answer, cure: cure)
        }
        return answer
    }
}
