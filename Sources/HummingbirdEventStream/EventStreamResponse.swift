import HTTPTypes
public import Hummingbird
public import HummingbirdCore
public import ServerSentEvents

/// A response that is an event stream, made with ``HummingbirdCore/Response/eventStream(_:heartbeat:retry:retryAfterShutdown:headers:)``.
///
/// It becomes a response only with its request, which tells when the client leaves: the router asks for that by itself when a
/// handler returns this value.
public struct EventStreamResponse<Events: AsyncSequence & Sendable>: ResponseGenerator
where Events.Element == ServerSentEvent, Events.AsyncIterator: SendableMetatype {
    let events: Events
    let settings: EventStreamSettings
    let headers: HTTPFields

    /// Makes the response, for a handler that must return a `Response`.
    ///
    /// - Parameters:
    ///   - request: the request that is answered, as the server gave it; nothing may read its body afterwards.
    ///   - context: its context, whose logger is told when the events fail.
    public func response(from request: Request, context: some RequestContext) -> Response {
        guard request.method != .head else { return Response(status: .ok, headers: headers) }
        let stream = ServedEventStream(
            events: events, settings: settings, requestBody: request.body, logger: context.logger)
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in try await stream.write(to: &writer) }
        )
    }
}
