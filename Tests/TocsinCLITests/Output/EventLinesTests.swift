import EventStreamReference
import Foundation
import SeededRandomness
import ServerSentEvents
import Testing

@testable import TocsinCLI

struct EventLinesTests {
    private func lines(of pieces: [ArraySlice<UInt8>]) throws -> String {
        var parser = EventStreamParser()
        var lines = EventLines()
        for piece in pieces { try parser.parse(piece) { lines.append($0) } }
        return String(decoding: lines.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""),
        ("data: a\n\n", #"{"type":"message","data":"a","lastEventId":""}"# + "\n"),
        (
            "event: x\ndata: a\nid: 1\n\ndata: b\r\r",
            #"{"type":"x","data":"a","lastEventId":"1"}"# + "\n" + #"{"type":"message","data":"b","lastEventId":"1"}"#
                + "\n"
        ),
        // What Tocsin's streams begin with: data that is empty is data.
        (
            "retry: 3211\nevent: position\ndata:\nid: 7-1\n\n",
            #"{"retry":3211}"# + "\n" + #"{"type":"position","data":"","lastEventId":"7-1"}"# + "\n"
        ),
        ("event: x\nid: 1\n\n: comment\n\ndata: cut off\n", ""),
        (
            "data: a\ndata\ndata: \"b\\\"\t\u{1B}\n\n",
            #"{"type":"message","data":"a\n\n\"b\\\"\t\u001b","lastEventId":""}"# + "\n"
        ),
        ("data: \u{2028}e\u{301}🚨\n\n", "{\"type\":\"message\",\"data\":\"\u{2028}e\u{301}🚨\",\"lastEventId\":\"\"}\n"),
    ])
    func `each event is a line`(stream: String, expected: String) throws {
        let bytes = Array(stream.utf8)
        for pieces in bytes.splits + [bytes.singly] {
            #expect(Array(try lines(of: pieces).utf8) == Array(expected.utf8))
        }
    }

    @Test func `a reconnection time is told when it changes, at its line`() throws {
        let stream = Array("retry: 1\nretry: 1\ndata: a\n\nretry: 01\n\nretry: x\nretry: 2\nretry: 1\n".utf8)
        let event = #"{"type":"message","data":"a","lastEventId":""}"#
        let expected = [#"{"retry":1}"#, event, #"{"retry":2}"#, #"{"retry":1}"#, ""].joined(separator: "\n")
        #expect(try lines(of: stream.singly) == expected)
        #expect(try lines(of: [Array("retry: 0\n".utf8)[...]]) == "{\"retry\":0}\n")
    }

    @Test func `what is not UTF-8 is repaired`() throws {
        let stream = Array("data:".utf8) + [0xFF, 0xED, 0xA0, 0x80] + Array("\n\n".utf8)
        #expect(
            try lines(of: [stream[...]])
                == "{\"type\":\"message\",\"data\":\"\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\",\"lastEventId\":\"\"}\n")
    }

    private struct Line: Decodable {
        let type: String?
        let data: String?
        let lastEventId: String?
        let retry: Int?
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `the lines say what the reference hears, whatever the stream`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let bytes = generator.soup()
            var expected: [Heard] = []
            var time: Int?
            for heard in try ReferenceParser.read(bytes).heard {
                switch heard {
                case .comment: continue
                case .retry(time): continue
                case .retry(let other): time = other
                case .event: break
                }
                expected.append(heard)
            }
            let text = try lines(of: generator.cut(bytes))
            #expect(text.isEmpty || text.utf8.last == UInt8(ascii: "\n"))
            let heard = try text.utf8.split(separator: UInt8(ascii: "\n")).map { text in
                let line = try JSONDecoder().decode(Line.self, from: Data(text))
                if let retry = line.retry { return Heard.retry(retry) }
                return .event(
                    try #require(line.data), type: try #require(line.type), id: try #require(line.lastEventId))
            }
            #expect(heard == expected, "seed \(seed), round \(round): \(bytes)")
        }
    }
}
