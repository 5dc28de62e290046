import Testing

@testable import Tocsin

@Suite struct LanguagePreferenceTests {
    @Test(
        "Texts that mean the same are equal",
        arguments: [
            ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko-kr, ko;q=0.5, EN-us;q=0.1"),
            ("ko;q=0.9,en", "en,ko"),
            ("fr;q=1, ja;q=0.5, ko;q=0.7", "fr,ko,ja"),
            ("en;q=1.000", "en"),
            ("en;Q=0.8", "en"),
            ("ko , \t en ; q=0.5", "ko,en"),
            ("ko;q=0.5,ko", "ko"),
            ("ko,ja;q=0,en;q=0", "en;q=0.0,ko,ja;q=0.000"),
            ("*;q=0", ""),
            ("ko,*;q=0", "ko"),
            ("ko,*,*;q=0", "ko"),
            (";;;,q=,ko", "ko"),
            (",,,", ""),
        ]
    )
    func equality(one: String, other: String) {
        #expect(LanguagePreference(one) == LanguagePreference(other))
        #expect(LanguagePreference(one).hashValue == LanguagePreference(other).hashValue)
    }

    @Test(
        "Texts that mean something else are not equal",
        arguments: [("ko,en", "en,ko"), ("ko", "ko,*"), ("ko", "ko,en;q=0"), ("ko", "ko-KR"), ("en;q=0", "")]
    )
    func difference(one: String, other: String) {
        #expect(LanguagePreference(one) != LanguagePreference(other))
    }

    @Test(
        "A malformed part is skipped, and only that part",
        arguments: [
            "en;q=1.001", "en;q=2", "en;q=0.1234", "en;q=.5", "en;q=-1", "en;q=", "en;q", "en;", "en;level=1",
            "en;q=0.5;x=1",
            "en; q =0.5", "en;q= 0.5", "e n", "en-", "-en", "en--us", "en_US", "*-CH", "en-*", "**", "1en", "한국어",
            "abcdefghi", "en-abcdefghi", "en;q=1.0000", "en;q=00", "\u{FF}en",
        ]
    )
    func malformed(part: String) {
        #expect(LanguagePreference("ko,\(part),ja;q=0.1") == LanguagePreference("ko,ja"))
        #expect(LanguagePreference(part).isEmpty)
    }

    @Test("Three decimals and a bare point count")
    func weights() {
        #expect(LanguagePreference("a;q=0.001,b;q=0.01,c;q=0.1,d;q=1.,e;q=0.") == LanguagePreference("d,c,b,a,e;q=0"))
    }

    @Test("The first sixteen ranges count")
    func maximumRanges() {
        let letters = "abcdefghijklmnopqrst".map(String.init)
        #expect(
            LanguagePreference(letters.joined(separator: ","))
                == LanguagePreference(letters[..<16].joined(separator: ","))
        )
        #expect(LanguagePreference(letters.joined(separator: ",")).wanted.count == 16)
        let withBad = letters.joined(separator: ",;,")
        #expect(LanguagePreference(withBad).wanted.count == 16)
    }

    @Test("A range that reaches beyond 1,024 bytes does not count")
    func maximumLength() {
        let filler = String(repeating: " ", count: 1024 - "ko,".utf8.count - "en".utf8.count) + "ko,"
        #expect(LanguagePreference(filler + "en") == LanguagePreference("ko,en"))
        #expect(LanguagePreference(filler + "en,ja") == LanguagePreference("ko,en"))
        #expect(LanguagePreference(filler + "en-US,ja") == LanguagePreference("ko"))
        #expect(LanguagePreference(filler + "en;q=0.5,ja") == LanguagePreference("ko"))
        #expect(LanguagePreference(" " + filler + "en,ja") == LanguagePreference("ko"))
    }

    @Test(
        "The most specific range that matches a tag says whether it is excluded",
        arguments: [
            ("ko;q=0", "ko", true), ("ko;q=0", "ko-KR", true), ("ko;q=0", "kok", false), ("ko-KR;q=0", "ko", false),
            ("ko;q=0,ko-KR", "ko-KR", false), ("ko;q=0,ko-KR", "ko", true), ("ko;q=0,ko-KR", "ko-KP", true),
            ("ko;q=0,ko-KR,ko-KR-x-a;q=0", "ko-KR-x-a", true), ("ko;q=0,ko-KR,ko-KR-x-a;q=0", "ko-KR-x-b", false),
            ("ko,ko;q=0", "ko", true), ("*,ko;q=0", "ko", true), ("*;q=0", "ko", false), ("en", "ko", false),
        ]
    )
    func exclusion(text: String, tag: String, isExcluded: Bool) throws {
        #expect(LanguagePreference(text).excludes(try #require(LanguageTag(tag))) == isExcluded)
    }
}
