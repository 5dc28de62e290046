import Testing

@testable import Tocsin

@Suite struct TranslationIndexTests {
    static func translations(_ tags: [String]) throws -> [Translation] {
        try tags.map { Translation(language: try #require(LanguageTag($0)), content: .text($0)) }
    }

    /// What a reader gets: a language, or `data`. Beside many other translations it must be the same.
    static func choose(
        _ preference: String,
        of tags: [String],
        data: Bool = false,
        default language: String? = nil
    ) throws -> String {
        let padding = (0..<20).map { "zz-p\($0)" }
        var chosen: [String] = []
        for tags in [tags, tags + padding] {
            let index = TranslationIndex(
                try translations(tags),
                hasData: data,
                defaultLanguage: try language.map { try #require(LanguageTag($0)) }
            )
            chosen.append(index.choice(for: LanguagePreference(preference)).map { tags[$0] } ?? "data")
        }
        #expect(chosen[0] == chosen[1])
        return chosen[0]
    }

    @Test(
        "The first range that finds a translation decides",
        arguments: [
            ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko"), ("ja", "ja"), ("en", "en-US"), ("en-GB,fr", "data"), ("fr", "data"),
            ("*", "ko"), ("ko;q=0,ja;q=0.1", "ja"), ("EN-us", "en-US"), ("fr;q=1, ja;q=0.5, ko;q=0.7", "ko"),
            ("", "data"),
            (";;;,q=,ko", "ko"), ("en-GB, ja", "ja"), ("zh-Hant-TW, ko-Kore-KR;q=0.3", "ko"), ("*,ja;q=0.5", "ko"),
            ("*,ko;q=0", "en-US"), ("*,ko;q=0,en;q=0", "ja"), ("*,ko;q=0,en-US;q=0,ja;q=0,zz;q=0", "data"),
            ("en,en-US;q=0", "data"),
            ("e", "data"), ("ko-x-a", "ko"), ("ko-a-b-c-d-e", "ko"), ("ko;q=0", "data"), ("en;q=0,en-US", "en-US"),
            ("ja-JP,*;q=0", "ja"), ("i-klingon", "data"), ("jam", "data"), ("j", "data"),
        ]
    )
    func order(preference: String, chosen: String) throws {
        #expect(try Self.choose(preference, of: ["ko", "en-US", "ja"], data: true) == chosen)
    }

    @Test(
        "A range finds its own tag, then the first longer one, then shorter ones",
        arguments: [
            ("zh", ["zh-Hant-TW", "zh-Hans", "zh"], "zh"), ("zh", ["zh-Hant-TW", "zh-Hans"], "zh-Hant-TW"),
            ("zh-Hant", ["zh", "zh-Hant-TW"], "zh-Hant-TW"), ("zh-Hant-HK", ["zh", "zh-Hant"], "zh-Hant"),
            ("zh-Hant-HK", ["zh", "zh-Hant-TW"], "zh"), ("zh-Hant-HK", ["zh-Hant-TW"], "data"),
            ("zh-Hant-x-a", ["zh-Hant-x", "zh-Hant"], "zh-Hant"), ("zh-Hant-1-a", ["zh-Hant-1", "zh"], "zh"),
            ("en", ["eng", "en-x-y"], "en-x-y"), ("EN", ["eN"], "eN"), ("en", ["en-GB", "en-US"], "en-GB"),
            ("en,en-GB;q=0", ["en-GB", "en-US"], "en-US"), ("en-GB,en;q=0", ["en", "en-GB"], "en-GB"),
            ("en-AU,en;q=0", ["en", "en-GB"], "data"), ("x-a", ["x-a-b"], "x-a-b"), ("x-a-b", ["x"], "data"),
        ]
    )
    func lookup(preference: String, tags: [String], chosen: String) throws {
        #expect(try Self.choose(preference, of: tags, data: true) == chosen)
    }

    @Test(
        "Where no range finds any it is the data, else the default language, else the first",
        arguments: [
            (true, "en", "data"), (false, "en", "en-US"), (false, "en-US", "en-US"), (false, "ja-JP", "ja"),
            (false, "fr", "ko"), (false, nil, "ko"), (true, nil, "data"),
        ] as [(Bool, String?, String)]
    )
    func fallback(data: Bool, language: String?, chosen: String) throws {
        for preference in ["", "fr", "fr;q=0", "zh;q=0"] {
            #expect(try Self.choose(preference, of: ["ko", "en-US", "ja"], data: data, default: language) == chosen)
        }
    }

    @Test(
        "What is excluded is sent only where there is nothing else",
        arguments: [
            ("ko;q=0", nil, "en-US"), ("ko;q=0,en;q=0", nil, "ja"), ("en;q=0", "en", "ko"), ("ko;q=0", "ja", "ja"),
            ("ko;q=0,en;q=0,ja;q=0,zz;q=0", nil, "ko"), ("ko;q=0,en;q=0,ja;q=0,zz;q=0", "ja", "ja"),
        ] as [(String, String?, String)]
    )
    func excluded(preference: String, language: String?, chosen: String) throws {
        #expect(try Self.choose(preference, of: ["ko", "en-US", "ja"], data: false, default: language) == chosen)
    }

    @Test("An alarm without translations has its data for everyone")
    func noTranslations() {
        let alarm = Alarm(audience: .everyone, data: .text("x"))
        let index = TranslationIndex(alarm, defaultLanguage: LanguageTag("en"))
        #expect(index.choice(for: LanguagePreference("ko,*")) == nil)
        #expect(index.choice(for: .none) == nil)
    }

    @Test("Among thousands of translations each is found")
    func thousands() throws {
        let tags = (0..<5000).map { "en-a\($0)" } + (0..<5000).map { "q\(["a", "b"][$0 % 2])-b\($0)-x-c" }
        let index = TranslationIndex(try Self.translations(tags), hasData: true, defaultLanguage: nil)
        for (place, tag) in tags.enumerated() {
            #expect(index.choice(for: LanguagePreference(tag)) == place)
        }
        #expect(index.choice(for: LanguagePreference("en")) == 0)
        #expect(index.choice(for: LanguagePreference("qb")) == 5001)
        #expect(index.choice(for: LanguagePreference("qb-b5")) == 5005)
        #expect(index.choice(for: LanguagePreference("en,en-a0;q=0")) == 1)
    }
}
