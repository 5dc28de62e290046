import Hummingbird
import HummingbirdCore
import HummingbirdEventStream
import NIOConcurrencyHelpers
import NIOCore
import Patience
import ServerSentEvents
import Testing

@Suite struct BackPressureTests {
    @Test func theNextEventIsAskedForOnlyWhenTheLastIsWritten() async throws {
        let router = Router()
        let asked = Asked(eventsOfBytes: 1)
        let gate = Gate()
        router.get("/") { request, context in
            let response = Response.eventStream(asked, heartbeat: nil)
                .response(from: request, context: context)
            return Response(
                status: .ok,
                body: ResponseBody { writer in try await response.body.write(GatedWriter(writer: writer, gate: gate)) })
        }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            for count in 0..<5 {
                try await eventually("write \(count) waits") { gate.waiting == count + 1 }
                #expect(asked.count == count)
                gate.open()
            }
            try await client.close()
            gate.openForGood()
            try await eventually("the events are let go") { asked.isLetGo }
        }
    }

    @Test func aClientThatTakesNothingStopsItsOwnEvents() async throws {
        let router = Router()
        let asked = Asked(eventsOfBytes: 1_000_000)
        router.get("/") { _, _ in Response.eventStream(asked, heartbeat: nil) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port, isReading: false)
            var last = 0
            var unchanged = 0
            try await eventually("the stream stands still") {
                unchanged = asked.count == last ? unchanged + 1 : 0
                last = asked.count
                return last > 0 && unchanged == 50
            }
            // What the kernel keeps for both sides has a bound, and what fits there is all that is asked for.
            #expect(asked.count < 64)
            try await client.close()
            try await eventually("the events are let go") { asked.isLetGo }
        }
    }
}

/// Lets writes pass one by one.
final class Gate: Sendable {
    private struct State {
        /// Writes that have come so far.
        var waiting = 0
        var isOpenForGood = false
    }

    private let state = NIOLockedValueBox(State())
    private let passes: AsyncStream<Void>
    private let pass: AsyncStream<Void>.Continuation

    init() {
        (passes, pass) = AsyncStream.makeStream()
    }

    var waiting: Int { state.withLockedValue(\.waiting) }

    func open() {
        pass.yield()
    }

    func openForGood() {
        state.withLockedValue { $0.isOpenForGood = true }
        pass.finish()
    }

    func wait() async {
        state.withLockedValue { $0.waiting += 1 }
        _ = await passes.first { _ in true }
    }
}

struct GatedWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    let gate: Gate

    mutating func write(_ buffer: ByteBuffer) async throws {
        await gate.wait()
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.finish(trailingHeaders)
    }
}
