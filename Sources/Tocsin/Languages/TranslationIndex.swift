/// Finds which of an alarm's translations a reader is sent.
///
/// It is made once for an alarm and asked once for each distinct ``LanguagePreference``: a choice costs a few steps for
/// each subtag of each range, however many translations there are. (Only where an excluded translation stands in the way
/// of a range are the others looked through.)
package struct TranslationIndex: Sendable {
    /// Up to here it is quicker to compare with each translation than to hash.
    private static let fewTranslations = 8

    private let tags: [LanguageTag]
    /// Where a tag is; empty for few translations.
    private let exact: [Substring: Int]
    /// Where the first tag is that has these subtags in front, and more; empty for few translations.
    private let longer: [Substring: Int]
    private let defaultLanguage: LanguageTag?
    /// What is sent where nothing is found, to a reader who excludes nothing.
    private var fallback: Int?

    /// - Parameters:
    ///   - translations: in the order published, each language once.
    ///   - hasData: whether the alarm has data for readers who want none of the languages.
    ///   - defaultLanguage: what readers get instead of that, where it has none.
    package init(_ translations: [Translation], hasData: Bool, defaultLanguage: LanguageTag?) {
        tags = translations.map(\.language)
        self.defaultLanguage = defaultLanguage
        var exact: [Substring: Int] = [:]
        var longer: [Substring: Int] = [:]
        if tags.count > Self.fewTranslations {
            exact.reserveCapacity(tags.count)
            for (place, tag) in tags.enumerated() {
                if exact[tag.folded[...]] == nil { exact[tag.folded[...]] = place }
                for end in tag.folded.utf8.indices where tag.folded.utf8[end] == UInt8(ascii: "-") {
                    if longer[tag.folded[..<end]] == nil { longer[tag.folded[..<end]] = place }
                }
            }
        }
        self.exact = exact
        self.longer = longer
        if !hasData, !tags.isEmpty {
            fallback = defaultLanguage.flatMap { find($0, for: .none) } ?? 0
        }
    }

    package init(_ alarm: Alarm, defaultLanguage: LanguageTag?) {
        self.init(alarm.translations, hasData: alarm.data != nil, defaultLanguage: defaultLanguage)
    }

    /// The place of the translation for a reader; `nil` stands for the alarm's data.
    ///
    /// The first range that finds one decides. A range finds its own tag, else the first longer tag that begins with it,
    /// else the tag that is left when subtags are taken off its end (RFC 4647 3.4); `*` finds the first. None of these
    /// finds what the preference excludes. Where no range finds any it is the data, else the default language, else the
    /// first translation; of these too one that is not excluded, where there is one.
    package func choice(for preference: LanguagePreference) -> Int? {
        guard !tags.isEmpty else { return nil }
        for range in preference.wanted {
            let found =
                switch range {
                case .tag(let tag): find(tag, for: preference)
                case .any: tags.firstIndex { !preference.excludes($0) }
                }
            if let found { return found }
        }
        guard let fallback, preference.excludes(tags[fallback]) else { return fallback }
        return defaultLanguage.flatMap { find($0, for: preference) }
            ?? tags.firstIndex { !preference.excludes($0) } ?? fallback
    }

    private func find(_ range: LanguageTag, for preference: LanguagePreference) -> Int? {
        if let place = place(of: range.folded[...]), !preference.excludes(tags[place]) { return place }
        if let place = firstLonger(than: range, for: preference) { return place }
        var rest = range.folded[...]
        while let shorter = Self.truncated(rest) {
            if let place = place(of: shorter), !preference.excludes(tags[place]) { return place }
            rest = shorter
        }
        return nil
    }

    private func place(of tag: Substring) -> Int? {
        exact.isEmpty ? tags.firstIndex { $0.folded == tag } : exact[tag]
    }

    private func firstLonger(than range: LanguageTag, for preference: LanguagePreference) -> Int? {
        var start = 0
        if !exact.isEmpty {
            guard let first = longer[range.folded[...]] else { return nil }
            start = first
        }
        return tags[start...].firstIndex { $0.isLonger(than: range) && !preference.excludes($0) }
    }

    /// Without its last subtag, nor a single letter or digit that would then be the last (RFC 4647 3.4).
    private static func truncated(_ range: Substring) -> Substring? {
        var rest = range
        repeat {
            guard let hyphen = rest.utf8.lastIndex(of: UInt8(ascii: "-")) else { return nil }
            rest = rest[..<hyphen]
        } while rest.utf8.suffix(2).count == 1 || rest.utf8.suffix(2).first == UInt8(ascii: "-")
        return rest
    }
}
