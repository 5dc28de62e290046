import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdEventStream
import InMemoryLogging
import Logging
import NIOConcurrencyHelpers
import Patience
import ServerSentEvents
import Testing

/// What a client of a stream sees, over a socket.
@Suite struct EventStreamResponseTests {
    @Test func headAndFirstLineComeBeforeAnyEvent() async throws {
        let router = Router()
        let watched = Watched()
        router.get("/") { _, _ in Response.eventStream(watched.events) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the first line comes") { client.chunks == [":\n"] }
            #expect(
                client.head == [
                    "HTTP/1.1 200 OK",
                    "Cache-Control: no-store, no-transform",
                    "X-Accel-Buffering: no",
                    "Content-Type: text/event-stream",
                    "transfer-encoding: chunked",
                ])
            watched.finish()
        }
    }

    @Test func furtherHeadersAreSentButCannotHarmTheStream() async throws {
        let router = Router()
        router.get("/") { _, _ in
            Response.eventStream(
                Watched.none,
                headers: [
                    .cacheControl: "no-cache", .contentType: "text/plain", .contentLength: "3", .setCookie: "a=1",
                ])
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the response ends") { client.chunks.last == "" }
            #expect(
                client.head?.sorted() == [
                    "Cache-Control: no-cache",
                    "Content-Type: text/event-stream",
                    "HTTP/1.1 200 OK",
                    "Set-Cookie: a=1",
                    "X-Accel-Buffering: no",
                    "transfer-encoding: chunked",
                ])
        }
    }

    @Test func reconnectionTimeIsSentFirst() async throws {
        let router = Router()
        router.get("/") { _, _ in
            Response.eventStream(Watched.none, retry: ReconnectionTime(clamping: 3000))
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the response ends") { client.chunks == ["retry: 3000\n\n", ""] }
        }
    }

    @Test func eachEventIsWrittenWhenItComes() async throws {
        let router = Router()
        let (events, source) = AsyncStream<ServerSentEvent>.makeStream()
        router.get("/") { _, _ in Response.eventStream(events) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            var sent = [":\n"]
            for number in 1...3 {
                let event = try ServerSentEvent(
                    type: EventType("price"), data: "one\n\(number)", id: EventID("\(number)"))
                source.yield(event)
                sent.append("event: price\ndata: one\ndata: \(number)\nid: \(number)\n\n")
                try await eventually("event \(number) comes alone") { client.chunks == sent }
            }
            source.finish()
            try await eventually("the response ends") { client.chunks == sent + [""] }
        }
    }

    @Test func aHandlerMayReturnAPlainResponse() async throws {
        let router = Router()
        router.get("/") { request, context -> Response in
            var response = Response.eventStream(Watched.none).response(from: request, context: context)
            response.headers[.setCookie] = "a=1"
            return response
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the response ends") { client.chunks == [":\n", ""] }
            #expect(client.head?.contains("Set-Cookie: a=1") == true)
        }
    }

    @Test func anErrorOfTheEventsIsLoggedAndEndsTheResponse() async throws {
        struct SourceFailed: Error {}
        let handler = InMemoryLogHandler()
        let router = Router()
        router.get("/") { _, _ in
            Response.eventStream(
                AsyncThrowingStream<ServerSentEvent, any Error> { source in
                    source.yield(ServerSentEvent(data: "last"))
                    source.finish(throwing: SourceFailed())
                })
        }
        try await ServedApplication.with(router, logger: Logger(label: "test", factory: { _ in handler })) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the response ends") { client.chunks == [":\n", "data: last\n\n", ""] }
        }
        let entry = try #require(handler.entries.first { $0.level == .error })
        #expect(entry.message == "the events of a stream failed")
        #expect(entry.metadata["error"] == "SourceFailed()")
        #expect(entry.metadata["hb.request.id"] != nil)
    }

    @Test func aRequestForTheHeadGetsItAndNoEventIsAskedFor() async throws {
        let router = Router()
        let isAsked = NIOLockedValueBox(false)
        router.head("/") { _, _ in
            Response.eventStream(
                AsyncStream<ServerSentEvent> {
                    isAsked.withLockedValue { $0 = true }
                    return nil
                })
        }
        router.get("after") { _, _ in "still here" }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port, "HEAD")
            try await eventually("the head comes") { client.head != nil }
            #expect(client.head?.first == "HTTP/1.1 200 OK")
            #expect(client.head?.contains("Content-Type: text/event-stream") == true)
            try await client.send("GET /after HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await eventually("the connection goes on") { client.text.hasSuffix("\r\n\r\nstill here") }
            #expect(!isAsked.withLockedValue { $0 })
        }
    }
}
