import Hummingbird
import HummingbirdEventStream
import NIOConcurrencyHelpers
import NIOCore
import Patience
import ServerSentEvents
import Testing

/// The reader of a stream's events is cancelled when the client leaves.
@Suite struct DisconnectTests {
    private static func serving(
        _ watched: Watched, _ test: @Sendable (ServedApplication) async throws -> Void
    ) async throws {
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/", method: method) { _, _ in Response.eventStream(watched.events, heartbeat: nil) }
        }
        try await ServedApplication.with(router, test)
    }

    @Test func whileNoEventComes() async throws {
        let watched = Watched()
        try await Self.serving(watched) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the stream is open") { client.chunks == [":\n"] }
            #expect(!watched.isCancelled)
            try await client.close()
            try await eventually("the events are told") { watched.isCancelled }
        }
    }

    @Test func aClientThatClosesItsSendingSideGetsAProperEnd() async throws {
        let watched = Watched()
        try await Self.serving(watched) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the stream is open") { client.chunks == [":\n"] }
            try await client.close(.output)
            try await eventually("the response ends") { client.chunks == [":\n", ""] && client.isEnded }
            try await eventually("the events are told") { watched.isCancelled }
        }
    }

    @Test func thoughNobodyReadsTheBodyOfTheRequest() async throws {
        let watched = Watched()
        try await Self.serving(watched) { server in
            let body = String(repeating: "x", count: 1_000_000)
            let client = try await WireClient(
                to: server.port, "POST", fields: ["Content-Length: \(body.utf8.count)"], body: body)
            try await eventually("the stream is open") { client.chunks == [":\n"] }
            try await client.close()
            try await eventually("the events are told") { watched.isCancelled }
        }
    }

    @Test func afterTheHandlerHasReadTheBodyOfTheRequest() async throws {
        let router = Router()
        let watched = Watched()
        let read = NIOLockedValueBox("")
        router.post("/") { request, _ in
            let body = try await request.body.collect(upTo: 1000)
            read.withLockedValue { $0 = String(buffer: body) }
            return Response.eventStream(watched.events, heartbeat: nil)
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port, "POST", fields: ["Content-Length: 3"], body: "abc")
            try await eventually("the stream is open") { client.chunks == [":\n"] }
            #expect(read.withLockedValue { $0 } == "abc")
            try await client.close()
            try await eventually("the events are told") { watched.isCancelled }
        }
    }

    @Test func whileAnEventIsStillBeingWritten() async throws {
        let router = Router()
        let asked = Asked(eventsOfBytes: 1_000_000)
        router.get("/") { _, _ in Response.eventStream(asked, heartbeat: nil) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port, isReading: false)
            try await eventually("events are being written") { asked.count > 0 }
            try await client.close()
            try await eventually("the events are let go") { asked.isLetGo }
        }
    }
}
