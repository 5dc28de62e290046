import EventStreamReference
import Testing

/// What one of the files eventsource/format-* of web-platform-tests is about, as a stream of our own.
struct FormatCase: Sendable, CustomTestStringConvertible {
    /// The file's name without what all begin with.
    let file: String
    let stream: StreamCase

    init(_ file: String, _ stream: StreamCase) {
        self.file = file
        self.stream = stream
    }

    var testDescription: String { "\(file): \(stream.rule)" }
}

extension FormatCase {
    static let all = encoding + lines + fields + ids + idsWithNull + reconnectionTimes

    static let encoding = [
        FormatCase(
            "bom",
            StreamCase(
                "the stream's first byte order mark is dropped, that of a later line makes it another field",
                "\u{FEFF}data: first\n\n\u{FEFF}data: lost\n\ndata: third\n\n",
                .event("first"),
                .event("third")
            )
        ),
        FormatCase(
            "bom-2",
            StreamCase(
                "of two byte order marks the second belongs to the first line",
                "\u{FEFF}\u{FEFF}data: lost\n\ndata: second\n\ndata: third\n\n",
                .event("second"),
                .event("third")
            )
        ),
        FormatCase(
            "utf-8",
            StreamCase(
                "bytes are UTF-8, whatever else they could be",
                bytes: Array("data: ".utf8) + [0xEC, 0x95, 0x8C, 0xE2, 0x80, 0xA6, 0xC3, 0xA9, 0x0A, 0x0A],
                .event("알…é")
            )
        ),
        FormatCase(
            "utf-8",
            StreamCase(
                "a byte of an older encoding is no character",
                bytes: Array("data: caf".utf8) + [0xE9, 0x0A, 0x0A],
                .event("caf\u{FFFD}")
            )
        ),
        FormatCase(
            "null-character",
            StreamCase(
                "NUL may be all of the data",
                "data:\u{0}\n\ndata: \u{0}\u{0}\n\n",
                .event("\u{0}"),
                .event("\u{0}\u{0}")
            )
        ),
    ]

    static let lines = [
        FormatCase(
            "newlines",
            StreamCase(
                "lines end in three ways in one event",
                "data: one\r\ndata\ndata: three\rdata:four\r\n\r",
                .event("one\n\nthree\nfour")
            )
        ),
        FormatCase(
            "comments",
            StreamCase(
                "comments of any kind, between lines with any end, leave the data as it is",
                "data: 1\r:\u{0}\n:\r\ndata: 2\n:\(long)\rdata: 3\n:data: no\r:\(long)\ndata: 4\n\n",
                .comment("\u{0}"),
                .comment(""),
                .comment(long),
                .comment("data: no"),
                .comment(long),
                .event("1\n2\n3\n4")
            )
        ),
        FormatCase(
            "data-before-final-empty-line",
            StreamCase(
                "a block that the end cuts off is no event, and its id does not count",
                "retry: 700\ndata: whole\n\nid: 8\ndata: half",
                .retry(700),
                .event("whole")
            )
        ),
        FormatCase(
            "data-before-final-empty-line",
            StreamCase("not even with the end of its last line", "id: 8\ndata: half\n")
        ),
    ]

    static let fields = [
        FormatCase(
            "field-data",
            StreamCase(
                "data may be empty, with a colon and without, and more than once",
                "data:\n\ndata\ndata\n\ndata: word\n\n",
                .event(""),
                .event("\n"),
                .event("word")
            )
        ),
        FormatCase(
            "field-event",
            StreamCase(
                "a type is for its event only",
                "event: bell\ndata: a\n\ndata: b\n\n",
                .event("a", type: "bell"),
                .event("b")
            )
        ),
        FormatCase(
            "field-event-empty",
            StreamCase("a type of one space is none", "event: \ndata: a\n\n", .event("a"))
        ),
        FormatCase(
            "field-event-empty",
            StreamCase("an empty type takes back the one before", "event: bell\nevent:\ndata: a\n\n", .event("a"))
        ),
        FormatCase(
            "field-parsing",
            StreamCase(
                "only the exact name is a field, whatever stands before, in or after it",
                "data:\u{0}\ndata:  b\rData: no\ndata\u{0}: no\ndata: c\r\u{0}data: no\nda-ta: no\rdata_no\n"
                    + "data: d\rdata:\r\n data: no\ndata: e\n\n",
                .event("\u{0}\n b\nc\nd\n\ne")
            )
        ),
        FormatCase(
            "field-unknown",
            StreamCase(
                "a line that is no field is ignored, with a colon and without",
                "data: a\n data\ndata\nbell: loud\njust words\n: words\ndata: c\n\n",
                .comment(" words"),
                .event("a\n\nc")
            )
        ),
        FormatCase(
            "leading-space",
            StreamCase(
                "a tab stays, a space alone is nothing, no space is needed",
                "data:\ta\rdata: \ndata:c\n\n",
                .event("\ta\n\nc")
            )
        ),
    ]

    static let ids = [
        FormatCase(
            "field-id",
            StreamCase(
                "an id is there with the events that follow, and in the end",
                "id: 예약…é\ndata: a\n\ndata: b\n\n",
                .event("a", id: "예약…é"),
                .event("b", id: "예약…é"),
                lastEventID: "예약…é"
            )
        ),
        FormatCase(
            "field-id-2",
            StreamCase(
                "an id stays until another comes, and is taken back without a value",
                "retry: 200\nid: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\ndata: e\n\n",
                .retry(200),
                .event("a", id: "1"),
                .event("b", id: "1"),
                .event("c", id: "2"),
                .event("d"),
                .event("e")
            )
        ),
        FormatCase(
            "field-id-3",
            StreamCase(
                "an id in a block of its own counts for what comes later",
                "id: 1\n\ndata: a\n\nid\n\ndata: b\n\nid: 3\n\n",
                .event("a", id: "1"),
                .event("b"),
                lastEventID: "3"
            )
        ),
    ]

    static let idsWithNull = ["\u{0}", "\u{0}\u{0}", "a\u{0}", "\u{0}a", "a\u{0}b", " \u{0}"].map { id in
        FormatCase(
            "field-id-null",
            StreamCase(
                "an id with NUL is none: \(id.debugDescription)",
                "id: 1\ndata: a\n\nid:\(id)\ndata: b\n\n",
                .event("a", id: "1"),
                .event("b", id: "1"),
                lastEventID: "1"
            )
        )
    }

    static let reconnectionTimes = [
        FormatCase(
            "field-retry",
            StreamCase("digits are a reconnection time", "retry:3000\ndata: a\n\n", .retry(3000), .event("a"))
        ),
        FormatCase(
            "field-retry-bogus",
            StreamCase(
                "anything but digits leaves the time as it was",
                "retry:3000\nretry:1000x\nretry: -1\nretry: 1 0\ndata: a\n\n",
                .retry(3000),
                .event("a")
            )
        ),
        FormatCase(
            "field-retry-empty",
            StreamCase("no digits at all are no time", "retry\nretry:\nretry: \ndata: a\n\n", .event("a"))
        ),
    ]

    private static let long = String(repeating: "…", count: 400)
}
