import EventStreamReference
import ServerSentEvents
import Testing

@Suite("A sequence of bytes becomes a sequence of items")
struct EventStreamItemsTests {
    private func pieces(_ pieces: String...) -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            for piece in pieces {
                continuation.yield(Array(piece.utf8))
            }
            continuation.finish()
        }
    }

    @Test("Items come one by one, in order, and end with the bytes")
    func items() async throws {
        var heard: [Heard] = []
        for try await item in pieces("data: a\n\nda", "", "ta: b\n", "\n:c\nretry: 1\n", "data: d").eventStreamItems() {
            heard.append(Heard(item))
        }
        #expect(heard == [.event("a"), .event("b"), .comment("c"), .retry(1)])
    }

    @Test("A parser of one's own sets the last event ID and the limits; an error comes after the items before it")
    func parserOfOnesOwn() async throws {
        let parser = EventStreamParser(lastEventID: try EventID("7"), limits: EventStreamParser.Limits(lineLength: 10))
        var iterator = pieces("data: a\n\ndata: too long\n\n", "data: b\n\n").eventStreamItems(parser: parser)
            .makeAsyncIterator()
        #expect(try await iterator.next() == .event(MessageEvent(data: "a", lastEventID: try EventID("7"))))
        await #expect(throws: EventStreamError.self) { try await iterator.next() }
    }
}
