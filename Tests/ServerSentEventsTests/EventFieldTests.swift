import ServerSentEvents
import Testing

@Suite("The fields of an event cannot hold what cannot be sent")
struct EventFieldTests {
    @Test("An event type has no line break and is not empty", arguments: ["\n", "a\n", "\ra", "a\r\nb"])
    func eventType(_ invalid: String) throws {
        #expect(try #require(throws: InvalidEventField.self) { try EventType(invalid) }.code == .lineBreak)
        #expect(try #require(throws: InvalidEventField.self) { try EventType("") }.code == .empty)
    }

    @Test("An event type may hold anything else", arguments: [" ", ":", "a: b", "\u{0}", "\u{85}", "예약", "\u{FEFF}"])
    func validEventType(_ valid: String) throws {
        #expect(try EventType(valid).string == valid)
        #expect("\(try EventType(valid))" == valid)
    }

    @Test("An id has no line break", arguments: ["\n", "a\n", "\ra", "a\r\nb"])
    func idWithLineBreak(_ invalid: String) throws {
        #expect(try #require(throws: InvalidEventField.self) { try EventID(invalid) }.code == .lineBreak)
    }

    @Test("An id has no NUL", arguments: ["\u{0}", "1\u{0}", "\u{0}1"])
    func idWithNull(_ invalid: String) throws {
        #expect(try #require(throws: InvalidEventField.self) { try EventID(invalid) }.code == .null)
    }

    @Test("An id may be empty or hold anything else", arguments: ["", " ", "1-2", "예약", "\u{1}", "\u{2028}"])
    func validID(_ valid: String) throws {
        #expect(try EventID(valid).string == valid)
        #expect(try EventID(valid).isEmpty == valid.isEmpty)
        #expect(try (EventID(valid) == .none) == valid.isEmpty)
    }

    @Test("Types and ids are compared byte by byte, not by canonical equivalence")
    func comparison() throws {
        #expect("\u{E9}" == "e\u{301}")
        #expect(try EventType("\u{E9}") != EventType("e\u{301}"))
        #expect(try EventID("\u{E9}") != EventID("e\u{301}"))
        #expect(try Set([EventID("a"), EventID("a"), EventID("b")]).count == 2)
        #expect(try EventType("message") == .message)
    }

    @Test("A reconnection time is not negative")
    func reconnectionTime() throws {
        #expect(
            try #require(throws: InvalidEventField.self) { try ReconnectionTime(milliseconds: -1) }.code == .negative
        )
        #expect(try ReconnectionTime(milliseconds: 0) == ReconnectionTime(clamping: -1))
        #expect(try ReconnectionTime(milliseconds: 1500).duration == .milliseconds(1500))
        #expect(ReconnectionTime(clamping: 1) < ReconnectionTime(clamping: .max))
    }
}
