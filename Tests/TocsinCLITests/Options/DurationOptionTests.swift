import Testing

@testable import TocsinCLI

@Suite struct DurationOptionTests {
    @Test(arguments: [
        ("0", 0), ("15", 15_000), ("007", 7000), ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("12h", 43_200_000),
        ("7d", 604_800_000), ("9223372036854775", 9_223_372_036_854_775_000),
    ])
    func `a bare number is seconds, and a unit says otherwise`(text: String, milliseconds: Int) {
        #expect(DurationOption(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", " ", "s", "ms", "-1", "-1s", "+1", "1.5", "1,5", "1 s", "1s ", "1S", "1w", "1min", "0x10", "١s", "1ss",
        "1m30s",
        "9223372036854775808", "9223372036854775807", "99999999999999999d",
    ])
    func `anything else is refused, also what does not fit`(text: String) {
        #expect(DurationOption(text) == nil)
    }

    @Test(arguments: [
        (0, "0s"), (1, "1ms"), (1500, "1500ms"), (15_000, "15s"), (90_000, "90s"), (5_400_000, "90m"),
        (604_800_000, "7d"),
    ])
    func `it is written in the greatest unit that divides it, which reads back`(milliseconds: Int, text: String) {
        let duration = DurationOption(milliseconds: milliseconds)
        #expect(duration.description == text)
        #expect(DurationOption(text) == duration)
    }
}
