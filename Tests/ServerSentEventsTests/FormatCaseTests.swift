import EventStreamReference
import ServerSentEvents
import Testing

@Suite("The parser does what web-platform-tests ask of browsers in eventsource/format-*")
struct FormatCaseTests {
    @Test("A case is read however it is cut", arguments: FormatCase.all)
    func format(_ example: FormatCase) throws {
        let stream = example.stream
        let expected = Reading(heard: stream.heard, lastEventID: try EventID(stream.lastEventID))
        #expect(Reading(stream.bytes) == expected)
        #expect(Reading(stream.bytes.singly) == expected)
        for pieces in stream.bytes.splits {
            #expect(Reading(pieces) == expected, "cut at byte \(pieces[0].count)")
        }
    }

    @Test("The reference parser, too, does it", arguments: FormatCase.all)
    func reference(_ example: FormatCase) throws {
        let stream = example.stream
        let expected = Reading(heard: stream.heard, lastEventID: try EventID(stream.lastEventID))
        #expect(try ReferenceParser.read(stream.bytes) == expected)
    }

    /// Those of their files that are about bytes in and events out; format-mime-* are about the answer's header.
    static let files = [
        "bom", "bom-2", "comments", "data-before-final-empty-line", "field-data", "field-event", "field-event-empty",
        "field-id", "field-id-2", "field-id-3", "field-id-null", "field-parsing", "field-retry", "field-retry-bogus",
        "field-retry-empty", "field-unknown", "leading-space", "newlines", "null-character", "utf-8",
    ]

    @Test("Every file has its case")
    func isComplete() {
        #expect(Set(FormatCase.all.map(\.file)) == Set(Self.files))
    }
}
