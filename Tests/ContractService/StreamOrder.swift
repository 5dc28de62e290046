import EventSourceClient
import HTTPTypes
import ServerSentEvents

/// What the harness asks for.
struct StreamOrder: Decodable, Sendable {
    let streamUrl: String
    let callbackUrl: String
    let initialDelayMs: Int?
    let readTimeoutMs: Int?
    let lastEventId: String?
    let method: String?
    let body: String?
    let headers: [String: String]?

    /// - Returns: `nil` where it asks for what cannot be.
    func source() -> EventSource? {
        var options = EventSource.Options()
        options.reconnectionTime = .milliseconds(initialDelayMs ?? 0)
        options.livenessTimeout = readTimeoutMs.map { .milliseconds($0) }
        guard let method = HTTPRequest.Method(method ?? "GET"), let id = try? EventID(lastEventId ?? "") else {
            return nil
        }
        options.method = method
        options.lastEventID = id
        options.body = body.map { Array($0.utf8) }
        for (name, value) in headers ?? [:] {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else { return nil }
            options.headerFields[name] = value
        }
        return EventSource(url: streamUrl, options: options)
    }
}
