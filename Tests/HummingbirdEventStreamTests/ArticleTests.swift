import Hummingbird
import HummingbirdEventStream
import Patience
import ServerSentEvents
import Testing

/// The code of the documentation's article, as it is there.
@Suite struct ArticleTests {
    func counts(after last: Int) -> AsyncStream<ServerSentEvent> {
        AsyncStream { source in
            let counting = Task {
                var number = last
                while !Task.isCancelled {
                    number += 1
                    source.yield(ServerSentEvent(data: "\(number)", id: try EventID("\(number)")))
                    try await Task.sleep(for: .seconds(1))
                }
            }
            source.onTermination = { _ in counting.cancel() }
        }
    }

    func makeRouter() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("counts") { request, _ in
            let last = request.lastEventID.flatMap { Int($0.string) } ?? 0
            return Response.eventStream(counts(after: min(max(last, 0), 1_000_000)))
        }
        return router
    }

    func chat(_ messages: AsyncStream<ServerSentEvent>) -> some ResponseGenerator {
        Response.eventStream(
            messages,
            retryAfterShutdown: ReconnectionTime(clamping: .random(in: 2000...5000))
        )
    }

    @Test func countingGoesOnWhereItWasLeft() async throws {
        try await ServedApplication.with(makeRouter()) { server in
            for (fields, event) in [([], "data: 1\nid: 1\n\n"), (["Last-Event-ID: 41"], "data: 42\nid: 42\n\n")] {
                let client = try await WireClient(to: server.port, "GET", "/counts", fields: fields)
                try await eventually("the first number comes") { client.chunks.count > 1 }
                #expect(client.chunks.prefix(2) == [":\n", event])
            }
        }
    }

    @Test func onlyTheLatestIsKept() async throws {
        let (latest, source) = AsyncStream<ServerSentEvent>.makeStream(bufferingPolicy: .bufferingNewest(1))
        for number in 1...3 { source.yield(ServerSentEvent(data: "\(number)")) }
        source.finish()
        let router = Router()
        router.get("/") { _, _ in chat(latest) }
        try await ServedApplication.with(router) { server in
            let client = try await WireClient(to: server.port)
            try await eventually("the response ends") { client.chunks == [":\n", "data: 3\n\n", ""] }
        }
    }
}
