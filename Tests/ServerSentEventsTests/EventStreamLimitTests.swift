import EventStreamReference
import ServerSentEvents
import Testing

@Suite("A parser keeps no more of a stream than its limits allow")
struct EventStreamLimitTests {
    typealias Limits = EventStreamParser.Limits

    @Test(
        "A line may be as long as the limit and no longer, whatever it holds",
        arguments: ["data:abcde", ":123456789", "unknown: x", "0123456789", "id: 123456", "\u{FEFF}data:abcde"]
    )
    func lineLength(_ line: String) {
        for end in ["\n", "\r", "\r\n"] {
            let stream = Array((line + end + "\n").utf8)
            for pieces in stream.splits + [stream.singly] {
                #expect(Reading(pieces, limits: Limits(lineLength: 10)).failure == nil)
                #expect(Reading(pieces, limits: Limits(lineLength: 9)).failure?.code == .lineTooLong)
            }
        }
    }

    @Test("A line that never ends fails as soon as it is too long")
    func endlessLine() {
        var parser = EventStreamParser(limits: Limits(lineLength: 1000))
        var items: [EventStreamItem] = []
        var read = 0
        #expect(throws: EventStreamError.self) {
            while read < 1_000_000 {
                try parser.parse([UInt8](repeating: 0x61, count: 100), into: &items)
                read += 100
            }
        }
        #expect(read == 1000)
    }

    @Test("Data may be as long as the limit and no longer, line breaks counted")
    func dataLength() {
        let stream = Array("data: ab\ndata\ndata: cd\n\ndata: abcdef\n\n".utf8)
        for pieces in stream.splits + [stream.singly] {
            let fitting = Reading(pieces, limits: Limits(dataLength: 6))
            #expect(fitting == Reading(heard: [.event("ab\n\ncd"), .event("abcdef")], lastEventID: .none))
            #expect(Reading(pieces, limits: Limits(dataLength: 5)).failure?.code == .dataTooLong)
        }
    }

    @Test("Events of many empty lines are bounded too")
    func emptyLines() {
        let stream = Array(String(repeating: "data\n", count: 12).utf8)
        #expect(Reading(stream, limits: Limits(dataLength: 11)).failure == nil)
        #expect(Reading(stream, limits: Limits(dataLength: 10)).failure?.code == .dataTooLong)
    }

    @Test("What came before the error is heard, and nothing after it")
    func staysFailed() throws {
        var parser = EventStreamParser(limits: Limits(lineLength: 10))
        var items: [EventStreamItem] = []
        let before: [EventStreamItem] = [.event(MessageEvent(data: "a", lastEventID: try EventID("1")))]
        let failure = try #require(throws: EventStreamError.self) {
            try parser.parse("id: 1\ndata: a\n\nid: 2\ndata: too long\n\ndata: b\n\n".utf8, into: &items)
        }
        #expect(failure.code == .lineTooLong)
        #expect(failure.description == "a line of the event stream is longer than 10 bytes")
        #expect(items == before)
        #expect(throws: failure) { try parser.parse("\n\ndata: c\n\n".utf8, into: &items) }
        #expect(throws: failure) { try parser.parse([UInt8](), into: &items) }
        #expect(items == before)
        #expect(parser.lastEventID == (try EventID("1")))
    }

    @Test("Without limits a line may be longer than the default allows")
    func unlimited() throws {
        let length = 16 * 1024 * 1024
        let stream = Array("data:".utf8) + [UInt8](repeating: 0x78, count: length) + Array("\n\n".utf8)
        #expect(Reading(stream).failure?.code == .lineTooLong)

        var parser = EventStreamParser(limits: .unlimited)
        var lengths: [Int] = []
        try parser.parse(stream) { item in
            switch item {
            case .event(let event): lengths.append(event.data.count)
            default: break
            }
        }
        #expect(lengths == [length])
    }
}
