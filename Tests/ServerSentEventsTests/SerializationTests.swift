import EventStreamReference
import ServerSentEvents
import Testing

@Suite("Events are written as WHATWG HTML 9.2.5 wants them")
struct SerializationTests {
    /// Which of the fields an event has, and what is written and heard then.
    struct Subset: Sendable, CustomTestStringConvertible {
        let type, data, id, retry: Bool
        let written: String
        let heard: [Heard]

        init(type: Bool, data: Bool, id: Bool, retry: Bool, _ written: String, _ heard: Heard...) {
            (self.type, self.data, self.id, self.retry) = (type, data, id, retry)
            self.written = written
            self.heard = heard
        }

        var testDescription: String {
            let fields = [retry ? "retry" : nil, type ? "event" : nil, data ? "data" : nil, id ? "id" : nil]
            return fields.compactMap { $0 }.joined(separator: ", ")
        }

        func event() throws -> ServerSentEvent {
            ServerSentEvent(
                type: type ? try EventType("alarm") : nil,
                data: data ? "a\nb" : nil,
                id: id ? try EventID("1-7") : nil,
                retry: retry ? try ReconnectionTime(milliseconds: 3000) : nil
            )
        }

        static let all = [
            Subset(type: true, data: false, id: false, retry: false, "event: alarm\n\n"),
            Subset(type: false, data: true, id: false, retry: false, "data: a\ndata: b\n\n", .event("a\nb")),
            Subset(type: false, data: false, id: true, retry: false, "id: 1-7\n\n"),
            Subset(type: false, data: false, id: false, retry: true, "retry: 3000\n\n", .retry(3000)),
            Subset(
                type: true,
                data: true,
                id: false,
                retry: false,
                "event: alarm\ndata: a\ndata: b\n\n",
                .event("a\nb", type: "alarm")
            ),
            Subset(type: true, data: false, id: true, retry: false, "event: alarm\nid: 1-7\n\n"),
            Subset(type: true, data: false, id: false, retry: true, "event: alarm\nretry: 3000\n\n", .retry(3000)),
            Subset(
                type: false,
                data: true,
                id: true,
                retry: false,
                "data: a\ndata: b\nid: 1-7\n\n",
                .event("a\nb", id: "1-7")
            ),
            Subset(
                type: false,
                data: true,
                id: false,
                retry: true,
                "retry: 3000\ndata: a\ndata: b\n\n",
                .retry(3000),
                .event("a\nb")
            ),
            Subset(type: false, data: false, id: true, retry: true, "retry: 3000\nid: 1-7\n\n", .retry(3000)),
            Subset(
                type: true,
                data: true,
                id: true,
                retry: false,
                "event: alarm\ndata: a\ndata: b\nid: 1-7\n\n",
                .event("a\nb", type: "alarm", id: "1-7")
            ),
            Subset(
                type: true,
                data: true,
                id: false,
                retry: true,
                "event: alarm\nretry: 3000\ndata: a\ndata: b\n\n",
                .retry(3000),
                .event("a\nb", type: "alarm")
            ),
            Subset(
                type: true,
                data: false,
                id: true,
                retry: true,
                "event: alarm\nretry: 3000\nid: 1-7\n\n",
                .retry(3000)
            ),
            Subset(
                type: false,
                data: true,
                id: true,
                retry: true,
                "retry: 3000\ndata: a\ndata: b\nid: 1-7\n\n",
                .retry(3000),
                .event("a\nb", id: "1-7")
            ),
            Subset(
                type: true,
                data: true,
                id: true,
                retry: true,
                "event: alarm\nretry: 3000\ndata: a\ndata: b\nid: 1-7\n\n",
                .retry(3000),
                .event("a\nb", type: "alarm", id: "1-7")
            ),
        ]
    }

    @Test("Each combination of fields is written in order and read back", arguments: Subset.all)
    func subset(_ subset: Subset) throws {
        let bytes = try subset.event().serialized()
        #expect(String(decoding: bytes, as: UTF8.self) == subset.written)
        let expected = Reading(heard: subset.heard, lastEventID: subset.id ? try EventID("1-7") : .none)
        #expect(Reading(bytes) == expected)
        #expect(Reading(bytes.singly) == expected)
    }

    @Test("The combinations are all there are")
    func subsetsAreComplete() {
        #expect(Set(Subset.all.map { [$0.type, $0.data, $0.id, $0.retry] }).count == 15)
    }

    @Test("An event without fields is a blank line")
    func empty() {
        #expect(ServerSentEvent().serialized() == [0x0A])
    }

    @Test(
        "Data is written line by line, and an empty line without a space",
        arguments: [
            ("", "data:\n\n"),
            ("a", "data: a\n\n"),
            (" a ", "data:  a \n\n"),
            (":", "data: :\n\n"),
            ("\n", "data:\ndata:\n\n"),
            ("\r", "data:\ndata:\n\n"),
            ("\r\n", "data:\ndata:\n\n"),
            ("\n\r", "data:\ndata:\ndata:\n\n"),
            ("a\nb", "data: a\ndata: b\n\n"),
            ("a\rb", "data: a\ndata: b\n\n"),
            ("a\r\nb", "data: a\ndata: b\n\n"),
            ("a\r\r\nb\n\nc", "data: a\ndata:\ndata: b\ndata:\ndata: c\n\n"),
            ("a\n", "data: a\ndata:\n\n"),
            ("\na", "data:\ndata: a\n\n"),
            ("a\nid: 2\n\nevent: x", "data: a\ndata: id: 2\ndata:\ndata: event: x\n\n"),
            ("a\u{2028}\u{85}\u{B}b", "data: a\u{2028}\u{85}\u{B}b\n\n"),
            ("예약🚨\u{0}", "data: 예약🚨\u{0}\n\n"),
        ]
    )
    func data(_ data: String, written: String) {
        let bytes = ServerSentEvent(data: data).serialized()
        #expect(bytes == Array(written.utf8))
    }

    @Test("An id that resets is written without a space")
    func emptyID() {
        #expect(ServerSentEvent(id: EventID.none).serialized() == Array("id:\n\n".utf8))
    }

    @Test("A space at the start of a type or an id is kept")
    func leadingSpace() throws {
        let event = ServerSentEvent(type: try EventType(" x"), data: "", id: try EventID(" 1"))
        #expect(event.serialized() == Array("event:  x\ndata:\nid:  1\n\n".utf8))
        #expect(Reading(event.serialized()).heard == [.event("", type: " x", id: " 1")])
    }

    @Test("The greatest reconnection time is written in full")
    func greatestRetry() {
        let event = ServerSentEvent(retry: ReconnectionTime(clamping: .max))
        #expect(event.serialized() == Array("retry: 9223372036854775807\n\n".utf8))
    }

    @Test("Events are appended one after another to what is there")
    func appending() throws {
        var bytes = Array(":\n".utf8)
        ServerSentEvent(data: "a").append(to: &bytes)
        EventStreamComment("b").append(to: &bytes)
        ServerSentEvent(data: "c", id: try EventID("2")).append(to: &bytes)
        #expect(bytes == Array(":\ndata: a\n\n: b\ndata: c\nid: 2\n\n".utf8))
    }

    @Test(
        "A comment is written line by line and ends no event",
        arguments: [
            ("", ":\n"), ("a", ": a\n"), (" a", ":  a\n"), ("a\r\nb\n\rc", ": a\n: b\n:\n: c\n"),
            ("data: x", ": data: x\n"),
        ]
    )
    func comment(_ text: String, written: String) {
        #expect(EventStreamComment(text).serialized() == Array(written.utf8))
    }

    @Test("The heartbeat is a colon alone")
    func heartbeat() {
        #expect(EventStreamComment.heartbeat.serialized() == Array(":\n".utf8))
    }
}
