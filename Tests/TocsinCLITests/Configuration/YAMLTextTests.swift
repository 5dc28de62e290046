import Testing

@testable import TocsinCLI

@Suite struct YAMLTextTests {
    @Test(arguments: ["8080", "30s", "127.0.0.1", "tocsin.db", "https://a.example:8080", "en-US", "a/b_c"])
    func `what is safe stays as it is`(text: String) {
        #expect(YAMLText.scalar(text) == text)
    }

    @Test(arguments: [
        ("", #""""#), ("no", #""no""#), ("True", #""True""#), ("null", #""null""#), ("a # b", #""a # b""#),
        ("a: b", #""a: b""#), ("a:", #""a:""#), (":memory:", #"":memory:""#), ("- a", #""- a""#), ("::1", #""::1""#),
        ("a\nb\tc\r", #""a\nb\tc\x0d""#), (#"say "a\b""#, #""say \"a\\b\"""#), ("안녕 👋", "\"안녕 👋\""),
        ("\u{85}\u{2028}\u{FEFF}\u{10FFFF}\u{0}", #""\x85\u2028\ufeff\U0010ffff\x00""#), (" a ", #"" a ""#),
        ("a,b", #""a,b""#), ("{user}", #""{user}""#), ("*", #""*""#), ("/var/lib", #""/var/lib""#),
    ])
    func `anything else is quoted, in one line`(text: String, quoted: String) {
        #expect(YAMLText.scalar(text) == quoted)
    }

    @Test func `what is written reads back, alone and in a list`() throws {
        let text = "a1 :#-?*&!|>%@`'\"\\{}[],~=\n\t\r\0\u{1B}\u{85}\u{A0}é안👩\u{200D}\u{2029}\u{FEFF}\u{FFFE}"
        let alphabet = Array(text.unicodeScalars)
        // What begins with U+FEFF is read without that: it is taken for a byte order mark.
        for first in alphabet where first != "\u{FEFF}" {
            for second in alphabet {
                var text = ""
                text.unicodeScalars.append(contentsOf: [first, second])
                let scalar = YAMLText.scalar(text)
                let file = try ConfigurationFile("greeting: \(scalar)  # c\nallowed-host: [\(scalar), a]", name: "f")
                let read = file.settings.mapValues { $0.values.map { Array($0.text.utf8) } }
                #expect(read == ["greeting": [Array(text.utf8)], "allowed-host": [Array(text.utf8), Array("a".utf8)]])
            }
        }
    }
}
