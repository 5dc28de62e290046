import EventStreamReference
import ServerSentEvents
import Testing

@Suite("The examples of WHATWG HTML 9.2.6 are read as it says")
struct StandardExampleTests {
    static let examples = [
        StreamCase(
            "a block of three lines is one event",
            "data: YHOO\ndata: +2\ndata: 10\n\n",
            .event("YHOO\n+2\n10")
        ),
        StreamCase(
            "an id without a value resets it, a second space stays, the last block is cut off",
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
            .comment(" test stream"),
            .event("first event", id: "1"),
            .event("second event")
        ),
        StreamCase(
            "the third event comes with its blank line",
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            .comment(" test stream"),
            .event("first event", id: "1"),
            .event("second event"),
            .event(" third event")
        ),
        StreamCase(
            "empty data is an event, two empty lines are one LF, the last block is cut off",
            "data\n\ndata\ndata\n\ndata:",
            .event(""),
            .event("\n")
        ),
        StreamCase(
            "the space after the colon does not count",
            "data:test\n\ndata: test\n\n",
            .event("test"),
            .event("test")
        ),
    ]

    @Test("An example is read however it is cut", arguments: examples)
    func example(_ example: StreamCase) throws {
        let expected = Reading(heard: example.heard, lastEventID: try EventID(example.lastEventID))
        #expect(Reading(example.bytes) == expected)
        #expect(Reading(example.bytes.singly) == expected)
        for pieces in example.bytes.splits {
            #expect(Reading(pieces) == expected, "cut at byte \(pieces[0].count)")
        }
    }
}
