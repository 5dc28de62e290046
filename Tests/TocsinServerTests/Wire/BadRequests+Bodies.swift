/// Bodies of `POST /alarms` that are no JSON, or not UTF-8.
enum BadBodies {
    static let malformed: [BadRequest] =
        [
            ("an object that does not end", "{"),
            ("no body", ""),
            ("only white space", " \r\n\t"),
            ("an array that does not end", "[{\"user\":\"t\",\"data\":1}"),
            ("a word", "nonsense"),
            ("something after the alarm", #"{"user":"t","data":1}x"#),
            ("two alarms without an array", #"{"user":"t","data":1}{"user":"t","data":1}"#),
            ("a leading zero", #"{"user":"t","data":01}"#),
            ("a plus sign", #"{"user":"t","data":+1}"#),
            ("a number that is none", #"{"user":"t","data":NaN}"#),
            ("a fraction without digits", #"{"user":"t","data":1.}"#),
            ("single quotes", "{'user':'t','data':1}"),
            ("a comma too many", #"{"user":"t","data":1,}"#),
            ("a comment", #"{"user":"t",/* all */"data":1}"#),
            ("a control character in a string", "{\"user\":\"t\",\"data\":\"\u{1}\"}"),
            ("a line break in a string", "{\"user\":\"t\",\"data\":\"a\nb\"}"),
            ("an escape that is none", #"{"user":"t","data":"\x41"}"#),
            ("half a surrogate pair in a text", #"{"user":"t","data":"\uD800"}"#),
            ("the second half alone in a name", #"{"user":"\uDC00","data":1}"#),
            ("a byte order mark", "\u{FEFF}{\"user\":\"t\",\"data\":1}"),
            ("a NUL after the alarm", "{\"user\":\"t\",\"data\":1}\0"),
            ("what is no JSON after what is no field", #"{"nope":1,"user":"t","data":}"#),
        ].map { BadRequest($0.0, .post($0.1), 400, "malformed-json") }

    static let notUTF8: [BadRequest] =
        [
            ("a byte that UTF-8 never has", [0xFF]),
            ("a NUL in two bytes", [0xC0, 0x80]),
            ("a surrogate", [0xED, 0xA0, 0x80]),
            ("a character that is cut off", [0xE2, 0x82]),
            ("a character beyond Unicode", [0xF4, 0x90, 0x80, 0x80]),
        ].map { (what: String, bytes: [UInt8]) in
            let body = Array(#"{"user":"t","data":""#.utf8) + bytes + Array("\"}".utf8)
            return BadRequest(what, .post(body), 400, "not-utf-8")
        }

    static let nested: [BadRequest] = [
        BadRequest("nested 65 deep", .post(nested(64)), 400, "too-deep"),
        BadRequest("nested 100,000 deep", .post(nested(100_000)), 400, "too-deep"),
        BadRequest("brackets only", .post(String(repeating: "[", count: 100_000)), 400, "too-deep"),
        BadRequest("UTF-16", .post([0x7B, 0x00, 0x7D, 0x00]), 400, "malformed-json"),
    ]

    /// An alarm with so many arrays in each other: it is itself one level.
    static func nested(_ arrays: Int) -> String {
        #"{"user":"t","data":"# + String(repeating: "[", count: arrays) + String(repeating: "]", count: arrays) + "}"
    }

    static let all = malformed + notUTF8 + nested
}

/// Bodies that are JSON, with something in it that an alarm cannot have.
enum BadAlarms {
    private static func bad(_ what: String, _ body: String, _ kind: String, at pointer: String) -> BadRequest {
        BadRequest(what, .post(body), 422, kind, at: pointer)
    }

    static let shapes = [
        bad("no alarm in an array", "[]", "empty", at: ""),
        bad("an alarm of nothing", "{}", "missing-field", at: ""),
        bad("no content", #"{"user":"t"}"#, "missing-field", at: ""),
        bad("no address", #"{"data":1}"#, "missing-field", at: ""),
        bad("null", "null", "wrong-type", at: ""),
        bad("a text", #""text""#, "wrong-type", at: ""),
        bad("a number in an array", "[1]", "wrong-type", at: "/0"),
        bad("an array in an array", #"[[{"user":"t","data":1}]]"#, "wrong-type", at: "/0"),
        bad("the second of two", #"[{"user":"t","data":1},{"user":"t"}]"#, "missing-field", at: "/1"),
        bad("an unknown field", #"{"user":"t","data":1,"nope":1}"#, "unknown-field", at: "/nope"),
        bad("a field in upper case", #"{"User":"t","data":1}"#, "unknown-field", at: "/User"),
        bad("a field whose pointer needs escapes", #"{"user":"t","data":1,"~/":1}"#, "unknown-field", at: "/~0~1"),
        bad("a field twice", #"{"user":"a","user":"b","data":1}"#, "duplicate-field", at: "/user"),
        bad("a field twice in disguise", #"{"user":"a","\u0075ser":"b","data":1}"#, "duplicate-field", at: "/user"),
        bad("two addresses", #"{"user":"t","topic":"x","data":1}"#, "several-addresses", at: "/topic"),
        bad("a user and everyone", #"{"user":"t","everyone":true,"data":1}"#, "several-addresses", at: "/everyone"),
        bad("not everyone", #"{"everyone":false,"data":1}"#, "wrong-type", at: "/everyone"),
        bad("everyone as a text", #"{"everyone":"true","data":1}"#, "wrong-type", at: "/everyone"),
    ]

    static let names = [
        bad("an empty user", #"{"user":"","data":1}"#, "bad-name", at: "/user"),
        bad(
            "a name of 257 bytes", #"{"user":"\#(String(repeating: "x", count: 257))","data":1}"#, "bad-name",
            at: "/user"),
        bad(
            "a name of 258 bytes in 86 characters", #"{"topic":"\#(String(repeating: "예", count: 86))","data":1}"#,
            "bad-name", at: "/topic"),
        bad("a line break in a name", #"{"user":"a\nb","data":1}"#, "bad-name", at: "/user"),
        bad("a NUL in a name", #"{"user":"a\u0000b","data":1}"#, "bad-name", at: "/user"),
        bad("DEL in a name", #"{"user":"\u007F","data":1}"#, "bad-name", at: "/user"),
        bad("a C1 control character in a name", #"{"user":"\u0085","data":1}"#, "bad-name", at: "/user"),
        bad("a number as a user", #"{"user":7,"data":1}"#, "wrong-type", at: "/user"),
        bad("null as a topic", #"{"topic":null,"data":1}"#, "wrong-type", at: "/topic"),
        bad("no users", #"{"users":[],"data":1}"#, "empty", at: "/users"),
        bad("a text as users", #"{"users":"t","data":1}"#, "wrong-type", at: "/users"),
        bad("a number among users", #"{"users":["a",7],"data":1}"#, "wrong-type", at: "/users/1"),
        bad("an empty name among users", #"{"users":["a",""],"data":1}"#, "bad-name", at: "/users/1"),
        bad("null among topics", #"[{"topics":[null],"data":1}]"#, "wrong-type", at: "/0/topics/0"),
        bad("an empty key", #"{"user":"t","data":1,"key":""}"#, "bad-name", at: "/key"),
        bad("a number as a key", #"{"user":"t","data":1,"key":1}"#, "wrong-type", at: "/key"),
    ]

    static let fields =
        ["", "a\\nb", "a\\rb", "a\\u0000b", "position", "reset", "replaced", "withdrawn", "open", "error"].map {
            bad("the event \"\($0)\"", #"{"user":"t","data":1,"event":"\#($0)"}"#, "bad-event", at: "/event")
        }
        + [("retry", "-1"), ("retry", "499"), ("retry", "3600001"), ("ttl", "0"), ("ttl", "31536001")].map {
            bad("a \($0.0) of \($0.1)", #"{"user":"t","data":1,"\#($0.0)":\#($0.1)}"#, "out-of-range", at: "/\($0.0)")
        }
        + [
            ("retry", "500.0"), ("retry", "5e2"), ("retry", #""500""#), ("ttl", "null"), ("ttl", "[60]"),
            ("event", "1"),
        ].map {
            bad("a \($0.0) of \($0.1)", #"{"user":"t","data":1,"\#($0.0)":\#($0.1)}"#, "wrong-type", at: "/\($0.0)")
        }
        + [
            bad(
                "a retry beyond 64 bits", #"{"user":"t","data":1,"retry":99999999999999999999}"#, "out-of-range",
                at: "/retry"),
            bad("no translations", #"{"user":"t","translations":{}}"#, "empty", at: "/translations"),
            bad("an array of translations", #"{"user":"t","translations":[]}"#, "wrong-type", at: "/translations"),
            bad(
                "a language that is none", #"{"user":"t","translations":{"not a tag!":1}}"#, "bad-language",
                at: "/translations/not a tag!"),
            bad("an empty language", #"{"user":"t","translations":{"":1}}"#, "bad-language", at: "/translations/"),
            bad(
                "a language with a slash", #"{"user":"t","translations":{"a/b":1}}"#, "bad-language",
                at: "/translations/a~1b"),
            bad(
                "a language twice", #"{"user":"t","translations":{"ko":1,"KO":2}}"#, "duplicate-field",
                at: "/translations/KO"),
        ]

    static let all = shapes + names + fields
}
