import Logging
import Testing
import Tocsin

@testable import TocsinCLI

@Suite struct LogLinesTests {
    @Test func `an event is a line with its time, its level and what is known of it`() {
        var handler = LogLines()
        handler[metadataKey: "b"] = "2"
        let event = LogEvent(
            level: .warning, message: "it rains", metadata: ["a": "1"], source: "S", file: "f", function: "g", line: 1)
        let line = handler.line(event, at: Timestamp(milliseconds: 1001))
        #expect(line == "1970-01-01T00:00:01.001Z warning: it rains a=1 b=2\n")
    }

    private func event(_ message: Logger.Message, _ metadata: Logger.Metadata) -> LogEvent {
        LogEvent(
            level: .notice, message: message, metadata: metadata, source: "S", file: "f", function: "g", line: 1)
    }

    @Test func `a value that could be taken for more than one is quoted, and what is empty is left out`() {
        let metadata: Logger.Metadata = [
            "a": "two words", "b": "x=y", "c": "say \"hi\"", "d": "", "e": "back\\slash", "f": ["1", "2"], "g": "예약",
        ]
        let line = LogLines().line(event("x", metadata), at: Timestamp(milliseconds: 0))
        let expected = #"notice: x a="two words" b="x=y" c="say \"hi\"" e="back\\slash" f="[\"1\", \"2\"]" g=예약"#
        #expect(line == "1970-01-01T00:00:00.000Z \(expected)\n")
    }

    @Test(arguments: ["\n2026 error: forged", "\r", "\u{1b}[2J", "\u{0}", "\u{85}", "\u{2028}x", "\u{202e}x"])
    func `nothing that was sent makes a second line or gives a terminal orders`(text: String) {
        for format in LogFormat.allCases {
            let line = LogLines(format: format).line(event("\(text)", ["a": "\(text)"]), at: Timestamp(milliseconds: 0))
            #expect(line.hasSuffix("\n") && line.utf8.filter { $0 < 0x20 || $0 == 0x7F }.count == 1, "\(line)")
            #expect(format == .json || line.unicodeScalars.allSatisfy { $0 < "\u{7f}" }, "\(line)")
        }
    }

    @Test func `in JSON an event is an object of its time, level, message and metadata`() throws {
        let time = Timestamp(milliseconds: 0)
        let line = LogLines(format: .json).line(event("say \"hi\"", ["b": "2\n", "a": "1"]), at: time)
        let head = #"{"time":"1970-01-01T00:00:00.000Z","level":"notice","message":"say \"hi\"""#
        #expect(line == head + #","metadata":{"a":"1","b":"2\n"}}"# + "\n")
        #expect(LogLines(format: .json).line(event("say \"hi\"", [:]), at: time) == head + "}\n")
    }
}
