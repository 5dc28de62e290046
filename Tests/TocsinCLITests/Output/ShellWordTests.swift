import Testing

@testable import TocsinCLI

@Suite struct ShellWordTests {
    @Test(
        "A word is quoted where it needs to be, and shows no control characters",
        arguments: [
            ("1795369672516-2", "1795369672516-2"), ("", "''"), ("a'b c", #"'a'\''b c'"#), ("한 글", "'한 글'"),
            ("\u{1B}c", #"$'\033c'"#), ("a'\\\u{7}", #"$'a\'\\\007'"#), ("\u{85}한", #"$'\302\205한'"#),
        ])
    func quoting(text: String, word: String) {
        #expect(ShellWord.quoted(text) == word)
    }
}
