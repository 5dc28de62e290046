import Hummingbird
import HummingbirdEventStream
import Patience
import ServerSentEvents
import SteppedClock
import Testing

@Suite struct HeartbeatTests {
    @Test func aCommentIsSentAfterEachSilence() async throws {
        let router = Router()
        let clock = SteppedClock()
        let watched = Watched()
        router.get("/") { _, _ in
            Response.eventStream(watched.events, heartbeat: .seconds(15), clock: clock)
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            for count in 1...3 {
                let silence = Duration.seconds(15 * count)
                try await eventually("heartbeat \(count) is awaited") { clock.deadlines == [silence] }
                #expect(client.chunks.count <= count)
                clock.advance(by: .seconds(15))
                try await eventually("heartbeat \(count) comes") { client.chunks.count == count + 1 }
            }
            #expect(client.chunks == [":\n", ":\n", ":\n", ":\n"])
            watched.finish()
        }
    }

    @Test func anEventPutsTheHeartbeatOff() async throws {
        let router = Router()
        let clock = SteppedClock()
        let watched = Watched()
        router.get("/") { _, _ in
            Response.eventStream(watched.events, heartbeat: .seconds(15), clock: clock)
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the stream is open") { clock.deadlines == [.seconds(15)] }
            clock.advance(by: .seconds(10))
            watched.send("now")
            try await eventually("the event comes") { client.chunks.count == 2 }
            clock.advance(by: .seconds(5))
            try await eventually("the silence is counted from the event") { clock.deadlines == [.seconds(25)] }
            clock.advance(by: .seconds(10))
            try await eventually("the heartbeat comes") { client.chunks.count == 3 }
            #expect(client.chunks == [":\n", "data: now\n\n", ":\n"])
            watched.finish()
        }
    }

    @Test(arguments: [nil, .zero, .seconds(-1)] as [Duration?])
    func noneIsSentWhereNoneIsWanted(heartbeat: Duration?) async throws {
        let router = Router()
        let clock = SteppedClock()
        let watched = Watched()
        router.get("/") { _, _ in
            Response.eventStream(watched.events, heartbeat: heartbeat, clock: clock)
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            watched.send("now")
            try await eventually("the event comes") { client.chunks == [":\n", "data: now\n\n"] }
            #expect(clock.deadlines == [])
            watched.finish()
        }
    }
}
