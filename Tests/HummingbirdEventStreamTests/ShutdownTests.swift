import Hummingbird
import HummingbirdEventStream
import Patience
import ServerSentEvents
import SteppedClock
import Testing

@Suite struct ShutdownTests {
    @Test func openStreamsEndProperlyWithATimeToComeBack() async throws {
        let router = Router()
        let watched = [Watched(), Watched()]
        router.get("{number}") { _, context in
            let number = try context.parameters.require("number", as: Int.self)
            return Response.eventStream(
                watched[number].events, retryAfterShutdown: ReconnectionTime(clamping: 4000 + number))
        }
        try await ServedApplication.with(router) { server in
            let clients = try await [
                WireClient(to: server.port, "GET", "/0"), WireClient(to: server.port, "GET", "/1"),
            ]
            for (number, client) in clients.enumerated() {
                try await eventually("stream \(number) is open") { client.chunks == [":\n"] }
            }
            await server.shutDown()
            for (number, client) in clients.enumerated() {
                try await eventually("stream \(number) ends") {
                    client.chunks == [":\n", "retry: \(4000 + number)\n\n", ""] && client.isEnded
                }
                try await eventually("its events are told") { watched[number].isCancelled }
            }
        }
    }

    @Test func nothingIsAddedWithoutATimeToComeBack() async throws {
        let router = Router()
        let watched = Watched()
        router.get("/") { _, _ in Response.eventStream(watched.events) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the stream is open") { client.chunks == [":\n"] }
            await server.shutDown()
            try await eventually("it ends") { client.chunks == [":\n", ""] && client.isEnded }
        }
    }

    @Test func aClientThatTakesNothingIsCutOffAfterFiveSeconds() async throws {
        let router = Router()
        let clock = SteppedClock()
        let asked = Asked(eventsOfBytes: 10_000_000)
        router.get("/") { _, _ in
            Response.eventStream(asked, heartbeat: nil, clock: clock)
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port, isReading: false)
            try await eventually("more is written than is taken") { asked.count > 0 }
            await server.shutDown()
            try await eventually("it is given time") { clock.deadlines == [.seconds(5)] }
            #expect(!asked.isLetGo)
            clock.advance(by: .seconds(5))
            try await eventually("the events are let go") { asked.isLetGo }
            try await client.close()
        }
    }
}
