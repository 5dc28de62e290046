import SeededRandomness
import Testing
import Tocsin

@testable import TocsinServer

@Suite struct JSONWriterTests {
    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Members and elements are separated by commas")
    func structure() {
        let text = Self.text { writer in
            writer.object { page in
                page.name("alarms")
                page.array { alarms in
                    alarms.object { _ in }
                    alarms.content(.json(#"{"a":1.0}"#))
                    alarms.content(.text("x"))
                    alarms.array { _ in }
                    alarms.integer(-1)
                }
                page.name("next")
                page.null()
                page.name("more")
                page.boolean(false)
            }
        }
        #expect(text == #"{"alarms":[{},{"a":1.0},"x",[],-1],"next":null,"more":false}"#)
    }

    @Test(
        "What a string must not hold is escaped",
        arguments: [
            ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{0}\u{8}\u{1B}\u{1F}", #""\u0000\u0008\u001b\u001f""#),
            ("é😀\u{7F}\u{2028}", "\"é😀\u{7F}\u{2028}\""),
        ]
    )
    func escapes(string: String, json: String) {
        #expect(Self.text { $0.string(string) } == json)
    }

    @Test("Every string reads back as it was")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            var original = ""
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                let value = UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x80 : 0x10FFFF), using: &generator)
                original.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
            }
            let read = try Content(json: Self.text { $0.string(original) }.utf8)
            #expect(Array(read.string.utf8) == Array(original.utf8))
        }
    }

    @Test("A pointer escapes tilde and slash")
    func pointers() {
        #expect(JSONPointer.root.description == "")
        #expect(JSONPointer("a~b/c").prefixed(by: 3).description == "/3/a~0b~1c")
        #expect(JSONPointer("~1").prefixed(by: "").description == "//~01")
        #expect(JSONPointer("x").prefixed(by: JSONPointer("translations")).description == "/translations/x")
    }
}
