import Testing
import Tocsin

@Suite struct ShortenedTests {
    @Test(
        "A text is cut to 255 bytes between two scalars, also within a character of many",
        arguments: [
            ("", ""), ("short", "short"), (String(repeating: "x", count: 255), String(repeating: "x", count: 255)),
            (String(repeating: "x", count: 256), String(repeating: "x", count: 255)),
            (String(repeating: "é", count: 200), String(repeating: "é", count: 127)),
            ("a" + String(repeating: "\u{301}", count: 7000), "a" + String(repeating: "\u{301}", count: 127)),
        ])
    func shortened(text: String, short: String) {
        #expect(text.shortened.utf8.elementsEqual(short.utf8))
    }
}
