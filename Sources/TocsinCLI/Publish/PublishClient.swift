import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends a publish, again and again while that may help.
struct PublishClient: Sendable {
    let url: String
    /// The server's URL, for people.
    let server: String
    let token: String?
    var schedule = RetrySchedule()
    /// For one attempt; a server that is overloaded answers after 10 seconds.
    var timeout = TimeAmount.seconds(30)

    /// - Returns: the alarm's id.
    /// - Throws: ``CommandFailure`` that says why there is none.
    func publish(_ body: [UInt8]) async throws -> String {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        // It is done here, and counted.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await publish(ByteBuffer(bytes: body), with: client)
        }
    }

    private func publish(_ body: ByteBuffer, with client: HTTPClient) async throws -> String {
        var random = SystemRandomNumberGenerator()
        var attempt = 1
        while true {
            let outcome = await attemptOnce(body, with: client)
            if case .success(let answer) = outcome, !RetrySchedule.isPassing(status: answer.status) {
                return try answer.id()
            }
            let retryAfter = try? outcome.get().retryAfter
            guard let delay = schedule.delay(afterAttempt: attempt, retryAfter: retryAfter, using: &random) else {
                return try outcome.get().id()
            }
            try await Task.sleep(for: delay)
            attempt += 1
        }
    }

    private func attemptOnce(
        _ body: ByteBuffer, with client: HTTPClient
    ) async -> Result<PublishAnswer, CommandFailure> {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "accept", value: "application/json, application/problem+json")
        request.headers.add(name: "user-agent", value: "tocsin/\(TocsinCommand.version)")
        if let token {
            request.headers.add(name: "authorization", value: "Bearer \(token)")
        }
        request.body = .bytes(body)
        do {
            let response = try await client.execute(request, timeout: timeout)
            let answer = try await response.body.collect(upTo: 1 << 20)
            return .success(
                PublishAnswer(
                    status: response.status.code, reason: response.status.reasonPhrase,
                    retryAfter: RetrySchedule.retryAfter(response.headers.first(name: "retry-after")),
                    body: Array(answer.readableBytesView)))
        } catch {
            return .failure(
                CommandFailure(
                    "no answer from \(server) (\(Self.reason(error))); start it with 'tocsin serve', "
                        + "or name it with --server"))
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription.lowercased() }
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) } ?? "its host is not known"
        }
        return (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
    }
}
