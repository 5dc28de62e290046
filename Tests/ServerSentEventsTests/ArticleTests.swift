import ServerSentEvents
import Testing

/// The code of the documentation's articles, as it is there.
@Suite struct ArticleTests {
    func printEvents<Body: AsyncSequence>(of body: Body) async throws where Body.Element == [UInt8] {
        for try await item in body.eventStreamItems() {
            switch item {
            case .event(let event): print(event.type, event.data)
            case .reconnectionTime(let time): print("come back after", time.duration)
            case .comment: break
            }
        }
    }

    @Test func readBytesThatArriveInPieces() throws {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try parser.parse(Array("data: hel".utf8), into: &items)
        try parser.parse(Array("lo\n\n".utf8), into: &items)
        #expect(items == [.event(MessageEvent(data: "hello"))])
    }

    @Test func makeStringsOnlyOfWhatYouNeed() throws {
        var parser = EventStreamParser()
        var prices: [String] = []
        try parser.parse(Array("event: price\ndata: 42\n\nevent: news\ndata: none\n\n".utf8)) { item in
            switch item {
            case .event(let event):
                if event.type.string == "price" { prices.append(event.data.string) }
            default: break
            }
        }
        #expect(prices == ["42"])
    }

    @Test func resumeAfterABreak() throws {
        var parser = EventStreamParser()
        try parser.parse(Array("data: hello\nid: 7\n\n".utf8)) { _ in }
        let last = parser.lastEventID
        let next = EventStreamParser(lastEventID: last)
        #expect(next.lastEventID == (try EventID("7")))
    }

    @Test func setLimits() {
        let limits = EventStreamParser.Limits(lineLength: 65_536, dataLength: 1_048_576)
        var careful = EventStreamParser(limits: limits)
        #expect(throws: EventStreamError.self) {
            try careful.parse([UInt8](repeating: 0x61, count: 65_537)) { _ in }
        }
    }

    @Test func writeAnEvent() throws {
        let event = ServerSentEvent(
            type: try EventType("price"),
            data: "EUR 42\nUSD 46",
            id: try EventID("1795369672516-1")
        )
        let bytes = event.serialized()
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                event: price
                data: EUR 42
                data: USD 46
                id: 1795369672516-1


                """)
    }

    @Test func leaveFieldsOut() {
        let patience = ServerSentEvent(retry: ReconnectionTime(clamping: .random(in: 2000...4000)))
        let text = String(decoding: patience.serialized(), as: UTF8.self)
        #expect(text.hasPrefix("retry: ") && text.hasSuffix("\n\n") && text.count == 13)
    }

    @Test func keepAStreamAlive() {
        let heartbeat = EventStreamComment.heartbeat.serialized()
        #expect(heartbeat == Array(":\n".utf8))
    }
}
