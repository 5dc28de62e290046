import EventStreamReference
import Testing

/// A stream and what is to be heard from it, however it is cut.
struct StreamCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let bytes: [UInt8]
    let heard: [Heard]
    let lastEventID: String

    init(_ rule: String, _ stream: String, _ heard: Heard..., lastEventID: String = "") {
        self.init(rule, Array(stream.utf8), heard, lastEventID)
    }

    init(_ rule: String, bytes: [UInt8], _ heard: Heard..., lastEventID: String = "") {
        self.init(rule, bytes, heard, lastEventID)
    }

    private init(_ rule: String, _ bytes: [UInt8], _ heard: [Heard], _ lastEventID: String) {
        self.rule = rule
        self.bytes = bytes
        self.heard = heard
        self.lastEventID = lastEventID
    }

    var testDescription: String { rule }
}

extension StreamCase {
    static let all = lineEnds + data + types + ids + reconnectionTimes + comments + names + encoding

    static let lineEnds = [
        StreamCase("nothing is heard from nothing", ""),
        StreamCase("blank lines alone are no events", "\n\r\r\n\n"),
        StreamCase("LF ends a line", "data: a\n\n", .event("a")),
        StreamCase("CR ends a line", "data: a\r\r", .event("a")),
        StreamCase("CRLF ends a line", "data: a\r\n\r\n", .event("a")),
        StreamCase("LF then CR are two ends", "data: a\n\r", .event("a")),
        StreamCase("CRLF then LF are two ends", "data: a\r\n\n", .event("a")),
        StreamCase("CRLF then CR are two ends", "data: a\r\n\r", .event("a")),
        StreamCase("CR then CRLF are two ends", "data: a\r\r\ndata: b\r\r\n", .event("a"), .event("b")),
        StreamCase("one CRLF is not two ends", "data: a\r\ndata: b\r\n\r\n", .event("a\nb")),
        StreamCase(
            "line ends may be mixed",
            "data: a\rdata: b\ndata: c\r\ndata: d\n\r\ndata: e\n\r",
            .event("a\nb\nc\nd"),
            .event("e")
        ),
        StreamCase(
            "no other character ends a line",
            "data: a\u{B}b\u{C}c\u{85}d\u{2028}e\u{2029}f\n\n",
            .event("a\u{B}b\u{C}c\u{85}d\u{2028}e\u{2029}f")
        ),
        StreamCase("a block without its blank line is discarded", "data: a\n"),
        StreamCase("a line without its end is discarded", "data: a\n\ndata: b\n\ndata: c", .event("a"), .event("b")),
        StreamCase("a blank line without its end is not there", "data: a\nid: 1\n"),
        StreamCase("many blank lines end one event", "\n\ndata: a\n\n\n\ndata: b\n\n\n", .event("a"), .event("b")),
    ]

    static let data = [
        StreamCase("the space after the colon may be left out", "data:a\n\n", .event("a")),
        StreamCase("only one space is taken away", "data:  a \n\n", .event(" a ")),
        StreamCase("a tab is not taken away", "data:\ta\n\n", .event("\ta")),
        StreamCase("a no-break space is not taken away", "data:\u{A0}a\n\n", .event("\u{A0}a")),
        StreamCase("a value may hold colons", "data: a:b: c\n\n", .event("a:b: c")),
        StreamCase("a value may start with a colon", "data::a\n\n", .event(":a")),
        StreamCase("lines are joined with LF", "data: a\ndata: b\n\n", .event("a\nb")),
        StreamCase("data without a colon is empty", "data\n\n", .event("")),
        StreamCase("data without a value is empty", "data:\n\n", .event("")),
        StreamCase("data with a space alone is empty", "data: \n\n", .event("")),
        StreamCase("data with two spaces is a space", "data:  \n\n", .event(" ")),
        StreamCase("two empty lines of data are a LF", "data\ndata:\n\n", .event("\n")),
        StreamCase("an empty line at the end of data stays", "data: a\ndata:\n\n", .event("a\n")),
        StreamCase("an empty line at the start of data stays", "data:\ndata: a\n\n", .event("\na")),
        StreamCase("data does not go over to the next event", "data: a\n\ndata\n\n", .event("a"), .event("")),
        StreamCase("NUL in data is data", "data: a\u{0}b\n\n", .event("a\u{0}b")),
    ]

    static let types = [
        StreamCase("an event has its type", "event: x\ndata: a\n\n", .event("a", type: "x")),
        StreamCase("the type may come after the data", "data: a\nevent: x\n\n", .event("a", type: "x")),
        StreamCase(
            "the type is for one event",
            "event: x\ndata: a\n\ndata: b\n\n",
            .event("a", type: "x"),
            .event("b")
        ),
        StreamCase("a block without data uses up its type", "event: x\n\ndata: a\n\n", .event("a")),
        StreamCase("the last type counts", "event: x\nevent: y\ndata: a\n\n", .event("a", type: "y")),
        StreamCase("an empty type is none", "event: x\nevent\ndata: a\n\n", .event("a")),
        StreamCase("white space in a type counts", "event:  x \ndata: a\n\n", .event("a", type: " x ")),
        StreamCase("NUL in a type counts", "event: \u{0}\ndata: a\n\n", .event("a", type: "\u{0}")),
    ]

    static let ids = [
        StreamCase("an event has its id", "id: 1\ndata: a\n\n", .event("a", id: "1"), lastEventID: "1"),
        StreamCase("the id may come last", "data: a\nid: 1\n\n", .event("a", id: "1"), lastEventID: "1"),
        StreamCase(
            "the id stays in force",
            "id: 1\ndata: a\n\ndata: b\n\n",
            .event("a", id: "1"),
            .event("b", id: "1"),
            lastEventID: "1"
        ),
        StreamCase("a block with an id alone sets it", "id: 1\n\n", lastEventID: "1"),
        StreamCase(
            "an id without data is in force for the next event",
            "id: 1\n\ndata: a\n\n",
            .event("a", id: "1"),
            lastEventID: "1"
        ),
        StreamCase(
            "an id without its blank line is not in force",
            "data: a\nid: 1\n\nid: 2\n",
            .event("a", id: "1"),
            lastEventID: "1"
        ),
        StreamCase("an empty id resets it", "id: 1\ndata: a\n\nid:\ndata: b\n\n", .event("a", id: "1"), .event("b")),
        StreamCase("an id without a colon resets it", "id: 1\n\nid\n\ndata: a\n\n", .event("a")),
        StreamCase(
            "the last id of a block counts",
            "id: 1\nid: 2\ndata: a\n\n",
            .event("a", id: "2"),
            lastEventID: "2"
        ),
        StreamCase("white space in an id counts", "id:  1 \ndata: a\n\n", .event("a", id: " 1 "), lastEventID: " 1 "),
        StreamCase(
            "an id with NUL is ignored",
            "id: 1\n\nid: 2\u{0}\ndata: a\n\n",
            .event("a", id: "1"),
            lastEventID: "1"
        ),
        StreamCase(
            "an id with NUL leaves the block's other id",
            "id: 1\nid: \u{0}\ndata: a\n\n",
            .event("a", id: "1"),
            lastEventID: "1"
        ),
        StreamCase(
            "ids of changing length replace each other",
            "id: 12345\ndata\n\nid: 6\ndata\n\nid: 789\ndata\n\n",
            .event("", id: "12345"),
            .event("", id: "6"),
            .event("", id: "789"),
            lastEventID: "789"
        ),
    ]

    static let reconnectionTimes = [
        StreamCase("a reconnection time counts at once", "retry: 1000\n", .retry(1000)),
        StreamCase("a reconnection time is no event", "retry:5\n\n", .retry(5)),
        StreamCase("a reconnection time may be zero", "retry: 0\n", .retry(0)),
        StreamCase("leading zeros do not count", "retry: 00070\n", .retry(70)),
        StreamCase(
            "each reconnection time is heard",
            "retry: 1\nretry: 2\ndata: a\n\n",
            .retry(1),
            .retry(2),
            .event("a")
        ),
        StreamCase("the greatest number is read", "retry: 9223372036854775807\n", .retry(.max)),
        StreamCase("a greater number counts as the greatest", "retry: 9223372036854775808\n", .retry(.max)),
        StreamCase(
            "a huge number counts as the greatest",
            "retry: 1000000000000000000000000000000000000001\n",
            .retry(.max)
        ),
        StreamCase("an empty reconnection time is ignored", "retry\nretry:\nretry: \n"),
        StreamCase("a sign is no digit", "retry: -1\nretry: +1\n"),
        StreamCase("a space is no digit", "retry:  1\nretry: 1 \nretry: 1 0\n"),
        StreamCase("only digits are digits", "retry: 1.5\nretry: 1e3\nretry: 0x10\nretry: 10s\nretry: :\nretry: /\n"),
        StreamCase("only ASCII digits are digits", "retry: \u{661}\u{662}\nretry: \u{FF11}\n"),
    ]

    static let comments = [
        StreamCase("a comment is heard at its line's end", ": a\r", .comment(" a")),
        StreamCase("a comment may be empty", ":\n", .comment("")),
        StreamCase("a comment keeps all after its colon", ":a: b:\n::\n", .comment("a: b:"), .comment(":")),
        StreamCase("a comment ends nothing", "data: a\n:b\ndata: c\n\n", .comment("b"), .event("a\nc")),
        StreamCase("a comment that looks like a field is none", ":data: a\n\n", .comment("data: a")),
        StreamCase("a comment without its end is discarded", ": a"),
        StreamCase("a comment with CRLF is one", ":a\r\n:b\r\n", .comment("a"), .comment("b")),
    ]

    static let names = [
        StreamCase("unknown fields are ignored", "foo: a\nbar\ndata: b\n\n", .event("b")),
        StreamCase("names are case-sensitive", "Data: a\nDATA: a\nEvent: x\nID: 1\nRetry: 1\ndata: b\n\n", .event("b")),
        StreamCase("space before a name counts", " data: a\n\n id: 1\n\n"),
        StreamCase("space after a name counts", "data : a\n\nid : 1\n\nretry : 1\nevent : x\n\n"),
        StreamCase("names are not prefixes", "d\nda: a\ndat: a\ni: 1\ne: x\neven: x\nr: 1\nretr: 1\n\n"),
        StreamCase("prefixes are not names", "data2: a\nids: 1\nevents: x\nretrys: 1\ndataid: a\n\n"),
        StreamCase("NUL in a name counts", "data\u{0}: a\n\n"),
    ]

    static let encoding = [
        StreamCase("a byte order mark at the start is dropped", "\u{FEFF}data: a\n\n", .event("a")),
        StreamCase("only one byte order mark is dropped", "\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", .event("b")),
        StreamCase("a byte order mark later is part of the line", "data: a\n\n\u{FEFF}data: b\n\n", .event("a")),
        StreamCase("a byte order mark after a blank line stays", "\n\u{FEFF}data: a\n\n"),
        StreamCase("a byte order mark in data stays", "data:\u{FEFF}a\u{FEFF}\n\n", .event("\u{FEFF}a\u{FEFF}")),
        StreamCase("a byte order mark alone is nothing", "\u{FEFF}"),
        StreamCase("a line may end right after the byte order mark", "\u{FEFF}\r\ndata: a\n\n", .event("a")),
        StreamCase("a comment may follow the byte order mark", "\u{FEFF}:\u{FEFF}\n", .comment("\u{FEFF}")),
        StreamCase(
            "half a byte order mark is part of the line",
            bytes: [0xEF, 0xBB] + "data: a\n\ndata: b\n\n".utf8,
            .event("b")
        ),
        StreamCase("half a byte order mark may be a line", bytes: [0xEF, 0x0A] + "data: a\n\n".utf8, .event("a")),
        StreamCase(
            "a byte order mark started twice is none",
            bytes: [0xEF, 0xBB, 0xEF, 0xBB, 0xBF] + "data: a\n\n".utf8
        ),
        StreamCase("UTF-16's byte order mark is none", bytes: [0xFE, 0xFF] + "data: a\n\n".utf8),
        StreamCase(
            "characters of any length are read",
            "event: é\nid: 예\ndata: 🚨e\u{301}\n\n",
            .event("🚨e\u{301}", type: "é", id: "예"),
            lastEventID: "예"
        ),
        StreamCase(
            "an incomplete character is one U+FFFD",
            bytes: "data:".utf8 + [0xE2, 0x82, 0x0A, 0x0A],
            .event("\u{FFFD}")
        ),
        StreamCase(
            "a character cut by another is one U+FFFD",
            bytes: "data:".utf8 + [0xF0, 0x9F, 0x9A, 0x41, 0x0A, 0x0A],
            .event("\u{FFFD}A")
        ),
        StreamCase(
            "characters do not go over line ends",
            bytes: "data:".utf8 + [0xC3, 0x0A] + "data:".utf8 + [0xA9, 0x0A, 0x0A],
            .event("\u{FFFD}\n\u{FFFD}")
        ),
        StreamCase(
            "overlong forms are U+FFFD for each byte",
            bytes: "data:".utf8 + [0xC0, 0x8A, 0xE0, 0x80, 0x8A, 0x0A, 0x0A],
            .event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        ),
        StreamCase(
            "surrogates are U+FFFD for each byte",
            bytes: "data:".utf8 + [0xED, 0xA0, 0x80, 0x0A, 0x0A],
            .event("\u{FFFD}\u{FFFD}\u{FFFD}")
        ),
        StreamCase(
            "beyond U+10FFFF is U+FFFD for each byte",
            bytes: "data:".utf8 + [0xF4, 0x90, 0x80, 0x80, 0xFF, 0x0A, 0x0A],
            .event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        ),
        StreamCase(
            "types, ids and comments are repaired too",
            bytes: [0x3A, 0xFF, 0x0A] + "event:".utf8 + [0xFF, 0x0A] + "id:".utf8 + [0xFF, 0x0A] + "data\n\n".utf8,
            .comment("\u{FFFD}"),
            .event("", type: "\u{FFFD}", id: "\u{FFFD}"),
            lastEventID: "\u{FFFD}"
        ),
    ]
}
