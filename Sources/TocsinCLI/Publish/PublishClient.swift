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
    /// A file of certificates in PEM that are trusted instead of the system's.
    var trustedCertificates: String?
    var schedule = RetrySchedule()
    /// For one attempt.
    var timeout = TimeAmount.seconds(10)
    /// What to do about a refusal.
    var cure = RefusalCure()
    /// Tells once that it is sent again.
    var tell: @Sendable (String) -> Void = { _ in }

    /// - Returns: the alarm's id.
    /// - Throws: ``CommandFailure`` that says why there is none.
    func publish(_ body: [UInt8]) async throws -> String {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        // It is done here, and counted.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.tlsConfiguration = TrustedCertificates.configuration(trustedCertificates)
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await publish(ByteBuffer(bytes: body), with: client)
        }
    }

    private func publish(_ body: ByteBuffer, with client: HTTPClient) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let start = ContinuousClock.now
        var attempt = 1
        while true {
            let last: () throws -> String
            let cause: String
            var retryAfter: Duration?
            switch await attemptOnce(body, with: client) {
            case .success(let answer):
                last = { try answer.id(orWith: cure) }
                guard RetrySchedule.isPassing(status: answer.status) else { return try last() }
                cause = answer.refusal(cure).message
                retryAfter = answer.retryAfter
            case .failure(let noAnswer):
                last = { throw noAnswer.failure }
                cause = noAnswer.cause
                guard noAnswer.isPassing else { return try last() }
            }
            let elapsed = ContinuousClock.now - start
            let delay = schedule.delay(
                afterAttempt: attempt, elapsed: elapsed, retryAfter: retryAfter, using: &random)
            guard let delay else { return try last() }
            // Who waits should know for what, once.
            if attempt == 1 {
                tell("\(cause); trying again \(schedule.extent(elapsed: max(elapsed, retryAfter ?? .zero)))")
            }
            try await Task.sleep(for: delay)
            attempt += 1
        }
    }

    private func attemptOnce(
        _ body: ByteBuffer, with client: HTTPClient
    ) async -> Result<PublishAnswer, ConnectionFailure> {
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
            return .failure(ConnectionFailure(error, server: server, timeout: timeout))
        }
    }
}
