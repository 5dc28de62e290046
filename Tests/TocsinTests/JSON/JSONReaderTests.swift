import Testing

@testable import Tocsin

/// Reads a whole text as one value, and gives its compact form.
func compact(_ bytes: [UInt8]) throws -> String {
    try bytes.withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        let value = try reader.value()
        try reader.finish()
        return reader.compactText(of: value)
    }
}

/// Reads a whole text as one string.
func string(_ json: String) throws -> String {
    try Array(json.utf8).withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        #expect(try reader.nextKind() == .string)
        let token = try reader.string()
        try reader.finish()
        return try reader.text(of: token)
    }
}

@Suite struct JSONReaderTests {
    @Test(
        "JSON keeps its order, numbers and escapes, and loses the white space between tokens",
        arguments: [
            ("null", "null"), ("true", "true"), ("false", "false"), ("0", "0"), ("-0", "-0"), ("1.10", "1.10"),
            ("12345678901234567890123", "12345678901234567890123"), ("1E400", "1E400"), ("1e+05", "1e+05"),
            ("-0.0e-0", "-0.0e-0"),
            (#""""#, #""""#), (#"" a\tb ""#, #"" a\tb ""#), ("[]", "[]"), ("{}", "{}"), (" \t\r\n[ \n] \t", "[]"),
            ("{ }", "{}"),
            (#"{"b":1,"a":2,"b":3}"#, #"{"b":1,"a":2,"b":3}"#),
            (#"{ "z" : 1.10, "a" :[ true , null ] }"#, #"{"z":1.10,"a":[true,null]}"#),
            (
                #"["\u00e9\uD83D\ude00\ud800\/\\\"", " \" , : [ ] "]"#,
                #"["\u00e9\uD83D\ude00\ud800\/\\\""," \" , : [ ] "]"#
            ),
            ("[[],[[ ]],{\"\":{ }}]", "[[],[[]],{\"\":{}}]"),
            ("\"é€😀\u{7F}\u{2028}\u{FEFF}\"", "\"é€😀\u{7F}\u{2028}\u{FEFF}\""),
            (#"["a\\" , "b"]"#, #"["a\\","b"]"#), (#"["\\\" , " , 1]"#, #"["\\\" , ",1]"#), ("[1 ,2\n,3 ]", "[1,2,3]"),
        ]
    )
    func valid(json: String, text: String) throws {
        #expect(try compact(Array(json.utf8)) == text)
    }

    @Test(
        "What is no JSON is refused at the byte where it goes wrong",
        arguments: [
            ("", 0), (" ", 1), ("[", 1), ("]", 0), ("{", 1), ("}", 0), ("[}", 1), ("{]", 1), ("[1", 2), ("[1,", 3),
            ("[1,]", 3), ("[,1]", 1),
            ("[1 2]", 3), ("[1,,2]", 3), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{,}", 1), ("{a:1}", 1),
            ("{1:1}", 1),
            ("{'a':1}", 1), ("{\"a\" 1}", 5), ("{\"a\":1 \"b\":2}", 7), ("{\"a\":1]", 6), ("[1}", 2), ("1 2", 2),
            ("[] []", 3), ("nul", 0),
            ("nulL", 0), ("True", 0), ("tru", 0), ("falsey", 5), ("NaN", 0), ("Infinity", 0), ("-Infinity", 1),
            ("undefined", 0),
            ("+1", 0), ("01", 1), ("-01", 2), ("00", 1), ("1.", 2), (".5", 0), ("-", 1), ("--1", 1), ("1e", 2),
            ("1e+", 3), ("1.e1", 2),
            ("0x1", 1), ("1_000", 1), ("1,", 1), ("'a'", 0), ("\"", 1), ("\"a", 2), ("\"\\\"", 3), ("\"\\", 2),
            ("\"\\x\"", 1),
            ("\"\\u\"", 3), ("\"\\u12\"", 3), ("\"\\u123g\"", 3), ("\"\\U0041\"", 1), ("\"\\u+041\"", 3), ("\"\n\"", 1),
            ("\"a\tb\"", 2),
            ("\"\u{0}\"", 1), ("\"0123456789\u{1F}\"", 11), ("// x\n1", 0), ("/* */1", 0), ("[1]//", 3),
            ("\u{FEFF}1", 0), ("\u{A0}1", 0),
            ("\u{B}1", 0), ("\u{C}1", 0), ("{\"a\":1}}", 7), ("[[1]", 4), ("\u{2028}1", 0), ("\"a\"b", 3),
            ("[\"a\"\"b\"]", 4),
            ("{\"a\":{\"b\":1}", 12), ("[true false]", 6), ("#", 0), ("{\"a\":1,\"b\"", 10), ("\"\\ud83d\\u\"", 9),
        ]
    )
    func malformed(json: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try compact(Array(json.utf8)) }
        #expect(error?.offset == offset)
        guard case .malformed = error?.reason else {
            Issue.record("refused as \(String(describing: error))")
            return
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xBF], [0xFF], [0xFE], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x22], [0xC2, 0xC0],
            [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xE1, 0x80, 0x7F], [0xE1, 0xC0, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80], [0xF0, 0x90, 0x80, 0xC0], [0xF1, 0x80, 0x00, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) {
        for padding in 0..<9 {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes
            for text in [text, text + [0x22], text + Array("aaaaaaaaaaaa\"".utf8)] {
                #expect(throws: JSONError(reason: .notUTF8, offset: padding + 1)) { try compact(text) }
            }
        }
    }

    @Test("The first and last scalars of each length are UTF-8")
    func boundaries() throws {
        for scalar in [
            "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{3FFFF}", "\u{FFFFF}",
            "\u{10FFFF}",
        ] {
            #expect(try compact(Array("\"\(scalar)\"".utf8)) == "\"\(scalar)\"")
        }
    }

    @Test("Sixty-four levels are read, sixty-five are not")
    func depth() throws {
        let open = String(repeating: "[{\"a\":", count: 32)
        let close = String(repeating: "}]", count: 32)
        #expect(try compact(Array((open + "1" + close).utf8)) == open + "1" + close)
        #expect(throws: JSONError(reason: .tooDeep, offset: open.utf8.count)) {
            try compact(Array((open + "[]" + close).utf8))
        }
        #expect(throws: JSONError(reason: .tooDeep, offset: 64)) {
            try compact([UInt8](repeating: 0x5B, count: 100_000))
        }
        let wide = "[" + String(repeating: "[],", count: 1000) + "[]]"
        #expect(try compact(Array(wide.utf8)) == wide)
    }

    @Test(
        "A string's escapes are resolved",
        arguments: [
            (#""""#, ""), (#""plain""#, "plain"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10FFFF}"), (#""\u0000""#, "\0"),
            (#""예약\uc608 and a longer text\nwith lines""#, "예약예 and a longer text\nwith lines"),
            (#""\\u0041""#, #"\u0041"#), (#""\uFEFF""#, "\u{FEFF}"),
            (#""0123456\n01234567\n""#, "0123456\n01234567\n"),
        ]
    )
    func escapes(json: String, text: String) throws {
        let read = try string(json)
        #expect(Array(read.utf8) == Array(text.utf8))
    }

    @Test(
        "Half of a surrogate pair is no text",
        arguments: [
            (#""\ud83d""#, 1), (#""ab\ude00""#, 3), (#""\ud83d\ud83d\ude00""#, 1), (#""\ud83dx""#, 1),
            (#""\ud83d\n\ud83d""#, 1),
            (#""\ud83d\u0041""#, 1), (#""\ude00\ud83d""#, 1),
        ]
    )
    func loneSurrogates(json: String, offset: Int) throws {
        #expect(throws: JSONError(reason: .loneSurrogate, offset: offset)) { try string(json) }
        #expect(try compact(Array(json.utf8)) == json)
    }

    @Test("Strings of every length are read, whatever stands at their end")
    func lengths() throws {
        for length in 0..<40 {
            let text = String(repeating: "x", count: length)
            for (escaped, tail) in [("", ""), (#"\n"#, "\n"), ("é", "é"), (#"\""#, "\""), ("😀y", "😀y")] {
                #expect(try string("\"\(text)\(escaped)\"") == text + tail)
            }
        }
    }

    @Test("Plain numbers that fit are integers")
    func integers() throws {
        let cases: [(String, Int?)] = [
            ("0", 0), ("-0", 0), ("500", 500), ("-7", -7), ("9223372036854775807", .max), ("9223372036854775808", nil),
            ("1.0", nil),
            ("1e3", nil), ("1E0", nil),
        ]
        for (json, integer) in cases {
            try Array(json.utf8).withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                let number = try reader.number()
                #expect(reader.integer(number) == integer)
            }
        }
    }

    @Test("Nothing is read beyond the end of the part that is read")
    func range() throws {
        try Array("[1]\"a\"2".utf8).withUnsafeBufferPointer { bytes in
            for (range, expected) in [(0..<3, "[1]"), (3..<6, "\"a\""), (6..<7, "2")] {
                var reader = JSONReader(bytes, in: range)
                let value = try reader.value()
                try reader.finish()
                #expect(reader.compactText(of: value) == expected)
            }
            var reader = JSONReader(bytes, in: 3..<5)
            #expect(throws: JSONError(reason: .malformed(expected: "the closing quote of a string"), offset: 5)) {
                try reader.value()
            }
        }
    }
}
