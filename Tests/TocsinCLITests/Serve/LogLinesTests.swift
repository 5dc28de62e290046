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
}
