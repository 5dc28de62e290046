import ServerSentEvents
import Testing

@testable import TocsinCLI

@Suite struct EventTextTests {
    @Test(
        "The type stands before the data, and further lines below the first",
        arguments: [
            ("alarm", "hello", "alarm  hello\n"),
            ("예약", "a\nb\n", "예약  a\n    b\n    \n"), ("message", "", "message  \n"),
        ])
    func lines(type: String, data: String, text: String) throws {
        let event = MessageEvent(type: try EventType(type), data: data)
        #expect(EventText(isColored: false).lines(event) == text)
    }

    @Test("A sender cannot move the cursor, set colours or ring the bell")
    func controlCharacters() throws {
        let event = MessageEvent(type: try EventType("\u{1B}c"), data: "\u{1B}[2J\u{7}\ta\r\u{9B}31m\u{7F}é\u{301}🔔")
        #expect(
            EventText(isColored: false).lines(event)
                == "\\u{1B}c  \\u{1B}[2J\\u{7}\ta\\u{D}\\u{9B}31m\\u{7F}é\u{301}🔔\n")
    }

    @Test("A sender cannot turn round how a line is shown, or end it for some terminals, and emoji stay whole")
    func looks() throws {
        #expect(
            EventText.printable("a\u{202E}b\u{2066}\u{2028}c\u{2029}\u{FEFF}\u{200B}👩\u{200D}🚒می\u{200C}خواهم")
                == "a\\u{202E}b\\u{2066}\\u{2028}c\\u{2029}\\u{FEFF}\\u{200B}👩\u{200D}🚒می\u{200C}خواهم")
    }

    @Test("On a terminal the type has a colour")
    func colour() throws {
        let event = MessageEvent(type: try EventType("alarm"), data: "a\nb")
        #expect(EventText(isColored: true).lines(event) == "\u{1B}[1;36malarm\u{1B}[0m  a\n       b\n")
    }
}
