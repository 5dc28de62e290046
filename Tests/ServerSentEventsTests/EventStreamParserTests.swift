import EventStreamReference
import SeededRandomness
import ServerSentEvents
import Testing

@Suite("The parser reads an event stream as WHATWG HTML 9.2.6 says")
struct EventStreamParserTests {
    @Test("A rule holds however the stream is cut", arguments: StreamCase.all)
    func rule(_ example: StreamCase) throws {
        let expected = Reading(heard: example.heard, lastEventID: try EventID(example.lastEventID))
        #expect(Reading(example.bytes) == expected)
        #expect(Reading(example.bytes.singly) == expected)
        for pieces in example.bytes.splits {
            #expect(Reading(pieces) == expected, "cut at byte \(pieces[0].count)")
        }
    }

    @Test("The reference parser, too, keeps to the rules", arguments: StreamCase.all)
    func reference(_ example: StreamCase) throws {
        let expected = Reading(heard: example.heard, lastEventID: try EventID(example.lastEventID))
        #expect(try ReferenceParser.read(example.bytes) == expected)
    }

    @Test("An event is heard with the CR that ends it, before the next byte comes")
    func carriageReturnEndsAtOnce() throws {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try parser.parse("data: a\r\n\r".utf8, into: &items)
        #expect(items == [.event(MessageEvent(data: "a"))])

        items = []
        try parser.parse("\n:b\r".utf8, into: &items)
        #expect(items == [.comment("b")])

        items = []
        try parser.parse("\ndata: c\r\r".utf8, into: &items)
        #expect(items == [.event(MessageEvent(data: "c"))])
    }

    @Test("The last event ID changes with the blank line, not before")
    func lastEventIDAtDispatch() throws {
        var parser = EventStreamParser(lastEventID: try EventID("1"))
        var items: [EventStreamItem] = []
        try parser.parse("data: a\nid: 2\n".utf8, into: &items)
        #expect(parser.lastEventID == (try EventID("1")))
        try parser.parse("\n".utf8, into: &items)
        #expect(parser.lastEventID == (try EventID("2")))
        try parser.parse("id\n\n".utf8, into: &items)
        #expect(parser.lastEventID == .none)
    }

    @Test("A stream that continues another starts with its last event ID")
    func carriesLastEventIDOver() throws {
        let reading = Reading(
            Array("data: a\n\nid:\ndata: b\n\n".utf8).singly,
            lastEventID: try EventID("1")
        )
        #expect(reading == Reading(heard: [.event("a", id: "1"), .event("b")], lastEventID: .none))
    }

    @Test("The handler can read the bytes as they came, without a string")
    func handlerReadsBytes() throws {
        var parser = EventStreamParser()
        var seen: [[UInt8]] = []
        var lengths: [Int] = []
        let note = { (bytes: Span<UInt8>) in seen.append(bytes.indices.map { bytes[$0] }) }
        let stream: [UInt8] = Array("id: 1\ndata: a\ndata: ".utf8) + [0xFF] + Array("\n\n: c\nretry: 7\n".utf8)
        try parser.parse(stream.span) { item in
            switch item {
            case .event(let event):
                lengths.append(event.data.count)
                event.type.withBytes(note)
                event.data.withBytes(note)
                event.lastEventID.withBytes(note)
            case .comment(let text): text.withBytes(note)
            case .reconnectionTime(let time): #expect(time.duration == .milliseconds(7))
            }
        }
        #expect(seen == [Array("message".utf8), [0x61, 0x0A, 0xFF], Array("1".utf8), Array(" c".utf8)])
        #expect(lengths == [3])
    }

    @Test("Strings are made only of what the handler asks for")
    func handlerMakesStrings() throws {
        var parser = EventStreamParser()
        var seen: [String] = []
        try parser.parse("event: x\ndata: a\n\ndata: b\n\n".utf8) { item in
            switch item {
            case .event(let event): seen.append(event.type.string)
            default: break
            }
        }
        #expect(seen == ["x", "message"])
    }

    @Test("Bytes that are not contiguous in memory are read as well")
    func readsAnySequence() throws {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try parser.parse(Array("\n\na :atad".utf8).reversed(), into: &items)
        #expect(items == [.event(MessageEvent(data: "a"))])
    }

    @Test("A copy of a parser reads on by itself")
    func isAValue() throws {
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try parser.parse("data: a\ndata: b".utf8, into: &items)
        var copy = parser
        try copy.parse("c\n\n".utf8, into: &items)
        try parser.parse("\n\n".utf8, into: &items)
        #expect(items == [.event(MessageEvent(data: "a\nbc")), .event(MessageEvent(data: "a\nb"))])
    }

    @Test("A long event is read whole, and the parser goes on after it")
    func longEvent() throws {
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        let stream = Array("data: \(text)\ndata: \(text)\nid: 1\n\ndata: b\n\n".utf8)
        var generator = SeededGenerator(seed: 1)
        let expected = Reading(
            heard: [.event(text + "\n" + text, id: "1"), .event("b", id: "1")],
            lastEventID: try EventID("1")
        )
        #expect(Reading(stream) == expected)
        #expect(Reading(generator.cut(stream, upTo: 3000)) == expected)
    }
}
