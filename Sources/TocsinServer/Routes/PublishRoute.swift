import HTTPTypes
import Hummingbird
import NIOCore
import Tocsin
import TocsinAccess

/// `POST /alarms`.
struct PublishRoute: Sendable {
    let publisher: Publisher
    let authenticator: Authenticator?
    let bodies: BodyBudget

    func post(_ request: Request, _ permit: Permit, _ audit: RequestAudit) async throws(Problem) -> Response {
        // Who may publish to nobody need not send a body.
        try permit.checkPublishing()
        let format = try PublishFormat(contentTypes: request.headers[values: .contentType])
        let keys = request.headers[values: .idempotencyKey]
        return try await bodies.withBody(of: request) { (body) throws(Problem) in
            let asked = try await Self.read(body, format: format, keys: keys)
            try permit.check(publishing: asked)
            // A body may take its time to arrive.
            try permit.check(by: authenticator)
            return try await publish(permit.scoped(asked.alarms), isSingle: asked.isSingle, audit)
        }
    }

    /// Bytes of a body that are read on the event loop; more would keep the streams waiting.
    private static let loopBytes = 64 << 10

    private static func read(
        _ body: ByteBuffer, format: PublishFormat, keys: [String]
    ) async throws(Problem) -> AlarmRequest {
        let read = { @Sendable () throws(Problem) in
            try AlarmRequest(body: body.readableBytesView, format: format, idempotencyKeys: keys)
        }
        guard body.readableBytes > loopBytes else { return try read() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { () throws(Problem) in try read() }
    }

    private func publish(
        _ alarms: [Alarm], isSingle: Bool, _ audit: RequestAudit
    ) async throws(Problem) -> Response {
        let publications = try await audit.recording { publications in
            alarms.enumerated().map { .publish($1, publications?[$0]) }
        } of: { () throws(Problem) in
            let result = try await publisher.answer(to: .publish(alarms))
            guard case .published(let publications) = result, publications.count == alarms.count else {
                throw .internalError
            }
            return publications
        }
        guard let first = publications.first else { throw .internalError }
        let status: HTTPResponse.Status = publications.contains(where: \.isNew) ? .created : .ok
        var body = JSONWriter()
        guard isSingle else {
            body.object { body in
                body.name("ids")
                body.array { body in
                    for publication in publications { body.string(publication.id.description) }
                }
            }
            return .json(status, with: body)
        }
        body.object { body in
            body.name("id")
            body.string(first.id.description)
        }
        return .json(status, headers: [.location: "/alarms/\(first.id)"], with: body)
    }
}

extension Publisher {
    /// Publishes, and says as a problem why it could not.
    func answer(to request: AppendRequest) async throws(Problem) -> AppendResult {
        let result: AppendResult
        do throws(PublishError) {
            result = try await publish(request)
        } catch {
            switch error {
            case .overloaded:
                throw .unavailable("too much waits to be stored; nothing of this was, send it again later")
            case .closing: throw .unavailable("the server is ending; nothing of this was stored, send it again later")
            case .unavailable(let reason): throw .unavailable("nothing of this was stored: \(reason)")
            case .outcomeUnknown: throw .outcomeUnknown
            }
        }
        if case .failed(let reason) = result {
            throw .unavailable("nothing of this was stored: \(reason)")
        }
        return result
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    // The text is a token, as names of fields are.
    static let idempotencyKey = Self("Idempotency-Key")!
}
