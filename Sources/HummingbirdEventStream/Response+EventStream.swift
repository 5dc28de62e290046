public import HTTPTypes
public import HummingbirdCore
public import ServerSentEvents

extension Response {
    /// Answers a request with an event stream, to be returned from a route's handler.
    ///
    /// ```swift
    /// router.get("prices") { request, _ in
    ///     Response.eventStream(prices.events(after: request.lastEventID))
    /// }
    /// ```
    ///
    /// The answer is 200 with `Content-Type: text/event-stream`, `Cache-Control: no-store, no-transform` and
    /// `X-Accel-Buffering: no`, so that no proxy keeps events back. Its head goes out at once with a first line, since Firefox
    /// tells a page that the stream is open only when a byte of it has come. Each event is written when it comes, and the next
    /// one is asked for only when it has been taken: a slow client slows its own sequence down, and nothing piles up.
    ///
    /// The response ends properly, and a browser comes back after its reconnection time,
    /// - when `events` ends,
    /// - when `events` throws, which is logged as an error with the request's logger,
    /// - when the server shuts down gracefully; a client that takes nothing for five seconds is then cut off.
    ///
    /// When the client leaves, or any of that happens, the task that iterates `events` is cancelled, also while no event comes,
    /// and the response waits for it: the sequence must end then, as those of the standard library do. A client that closes
    /// only its sending side counts as one that leaves. A request for the head only (`HEAD`) gets that, and `events` is not
    /// iterated.
    ///
    /// - Parameters:
    ///   - events: what to send; iterated once, for this response only.
    ///   - heartbeat: after how long a silence a comment is sent, by which proxies and clients see that the stream lives, and
    ///     the server that a client has vanished; with `nil`, or a time that is not above zero, none is.
    ///   - retry: how long the client is to wait before it reconnects, sent first; `nil` leaves that to the client.
    ///   - retryAfterShutdown: the same, sent when the server shuts down. A time at random for each response keeps clients from
    ///     coming back all at once.
    ///   - headers: further header fields; one of ours is replaced by one of the same name, but for `Content-Type`, and the
    ///     fields that frame the body, which are not taken.
    /// - Returns: what makes the response for the request that is being answered.
    public static func eventStream<Events>(
        _ events: Events,
        heartbeat: Duration? = .seconds(15),
        retry: ReconnectionTime? = nil,
        retryAfterShutdown: ReconnectionTime? = nil,
        headers: HTTPFields = [:]
    ) -> EventStreamResponse<Events> {
        eventStream(
            events,
            heartbeat: heartbeat,
            retry: retry,
            retryAfterShutdown: retryAfterShutdown,
            headers: headers,
            clock: ContinuousClock()
        )
    }

    /// The same with a clock of the caller's.
    package static func eventStream<Events>(
        _ events: Events,
        heartbeat: Duration? = .seconds(15),
        retry: ReconnectionTime? = nil,
        retryAfterShutdown: ReconnectionTime? = nil,
        headers: HTTPFields = [:],
        clock: any Clock<Duration>
    ) -> EventStreamResponse<Events> {
        EventStreamResponse(
            events: events,
            settings: EventStreamSettings(
                heartbeat: heartbeat.flatMap { $0 > .zero ? $0 : nil },
                retry: retry,
                retryAfterShutdown: retryAfterShutdown,
                clock: clock
            ),
            headers: .eventStream(with: headers)
        )
    }
}

extension HTTPFields {
    fileprivate static func eventStream(with others: HTTPFields) -> HTTPFields {
        var fields: HTTPFields = [
            .cacheControl: "no-store, no-transform",
            .xAccelBuffering: "no",
        ]
        for name in Set(others.map(\.name)) { fields[fields: name] = others[fields: name] }
        fields[.contentType] = "text/event-stream"
        fields[.contentLength] = nil
        fields[.transferEncoding] = nil
        return fields
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    // The text is a token, as names of fields are.
    fileprivate static let xAccelBuffering = Self("X-Accel-Buffering")!
}
