import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import ServerSentEvents
import Synchronization

/// One request for the stream, and what its answer means (WHATWG HTML 9.2.2, 9.2.3).
struct EventSourceAttempt: Sendable {
    enum Answer: Sendable {
        case stream(HTTPClientResponse.Body)
        /// The server wants no more attempts (204).
        case stop
        case retry(EventSourceError, after: Duration?)
        case failure(EventSourceError)
    }

    let url: String
    let options: EventSource.Options
    let httpClient: HTTPClient
    let lastEventID: EventID

    /// - Throws: `CancellationError` when the task is cancelled.
    func answer() async throws -> Answer {
        guard !DeadlyAnswer.hasDeadlyPort(url) else {
            return .failure(EventSourceError(.badRequest, "'\(url)' is no URL with a port up to 65535"))
        }
        if let parts = URL(string: url), parts.user != nil || parts.password != nil {
            // The HTTP client would send neither, and this message must not show them.
            let message = "the URL has a user or password in it; send them as a header instead (Authorization: Basic …)"
            return .failure(EventSourceError(.badRequest, message))
        }
        do {
            let limit = TimeLimit(duration: options.connectionTimeout, clock: options.clock)
            // The limit is above; this is further off than any.
            let response = try await limit { [self] in
                try await httpClient.execute(request(), deadline: .distantFuture)
            }
            guard let response else { return .retry(EventSourceError(.timedOut, "\(url) does not answer"), after: nil) }
            let answer = accept(response)
            guard case .failure(var error) = answer else { return answer }
            error.body = await beginning(of: response.body)
            return .failure(error)
        } catch {
            try Task.checkCancellation()
            return failure(error)
        }
    }

    /// What comes of it soon: it may be without end.
    private func beginning(of body: HTTPClientResponse.Body) async -> [UInt8] {
        let beginning = Mutex<[UInt8]>([])
        let limit = TimeLimit(duration: .seconds(2), clock: options.clock)
        try? await limit {
            var iterator = body.makeAsyncIterator()
            while beginning.withLock(\.count) < 16 << 10, let part = try await iterator.next() {
                beginning.withLock { $0 += part.readableBytesView.prefix((16 << 10) - $0.count) }
            }
        }
        return beginning.withLock(\.self)
    }

    private func request() async throws -> HTTPClientRequest {
        var fields = options.headerFields
        if let newer = try await options.headerFieldsForAttempt?() {
            for field in newer { fields[field.name] = nil }
            fields.append(contentsOf: newer)
        }
        if fields[.accept] == nil { fields[.accept] = "text/event-stream" }
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-cache" }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: options.method.rawValue)
        request.headers = HTTPHeaders(fields.map { ($0.name.rawName, $0.value) })
        request.headers.remove(name: "Last-Event-ID")
        if let id = lastEventID.fieldValue { request.headers.add(name: "Last-Event-ID", value: id) }
        if let body = options.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return request
    }

    private func accept(_ response: HTTPClientResponse) -> Answer {
        let status = Int(response.status.code)
        switch status {
        case 200:
            let type = response.headers.first(name: "Content-Type") ?? ""
            guard Self.isEventStream(type) else {
                let what = type.isEmpty ? "with no content type" : "with the content type '\(type)'"
                return .failure(
                    EventSourceError(.badContentType, "\(url) answers \(what), not text/event-stream", status: status))
            }
            return .stream(response.body)
        case 204:
            return .stop
        default:
            let error = EventSourceError(.badStatus, "\(url) answers \(response.status)", status: status)
            guard options.retriedStatuses.contains(status) else { return .failure(error) }
            return .retry(error, after: response.headers.first(name: "Retry-After").flatMap { RetryAfter.duration($0) })
        }
    }

    /// Whether the essence of a MIME type is `text/event-stream`; parameters do not matter, and the encoding is always UTF-8.
    static func isEventStream(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }
        return essence.trimmingCharacters(in: CharacterSet(charactersIn: " \t")).lowercased() == "text/event-stream"
    }

    private func failure(_ error: any Error) -> Answer {
        if let answer = error as? DeadlyAnswer {
            return .failure(EventSourceError(answer.code, "\(url) answers with \(answer)", cause: answer))
        }
        switch error as? HTTPClientError {
        case .redirectCycleDetected?:
            return .failure(EventSourceError(.badRedirect, "\(url) redirects in a circle", cause: error))
        case .redirectLimitReached?:
            return .failure(EventSourceError(.badRedirect, "\(url) redirects too often", cause: error))
        case .invalidURL?, .emptyHost?, .emptyScheme?, .missingSocketPath?:
            return .failure(EventSourceError(.badRequest, "'\(url)' is no URL with a scheme and a host", cause: error))
        case .traceRequestWithBody?:
            return .failure(EventSourceError(.badRequest, "a TRACE request has no body", cause: error))
        case .alreadyShutdown?:
            return .failure(EventSourceError(.badRequest, "the HTTP client has been shut down", cause: error))
        case let error? where error.shortDescription == Self.unsupportedScheme:
            return .failure(EventSourceError(.badRequest, "'\(url)' is no http or https URL", cause: error))
        default:
            return .retry(EventSourceError.broken(url, error), after: nil)
        }
    }

    private static let unsupportedScheme = HTTPClientError.unsupportedScheme("").shortDescription
}

extension EventSourceError {
    /// For a connection that did not come about, or broke.
    static func broken(_ url: String, _ error: any Error) -> EventSourceError {
        EventSourceError(.connectionFailed, "no connection with \(url): \(reason(error))", cause: error)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription.lowercased()
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "host \(error.host) is not known"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        default: "\(error)"
        }
    }
}

extension EventID {
    /// The id as the value of a header field, which has no space around it; `nil` where there is none, or it has a control
    /// character, which no field may have (RFC 9110 5.5).
    fileprivate var fieldValue: String? {
        let value = string.trimmingCharacters(in: CharacterSet(charactersIn: " \t"))
        return value.isEmpty || !HTTPField.isValidValue(value) ? nil : value
    }
}
