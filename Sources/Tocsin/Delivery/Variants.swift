/// What an entry can say: variant 0 is its data, and then come its translations in the order published.
struct Variants {
    /// `nil` where there is nothing to choose.
    private let index: TranslationIndex?

    /// - Parameter defaultLanguage: what a reader gets whose languages are not there, where there is no data.
    init(of entry: Entry, defaultLanguage: LanguageTag?) {
        index = entry.alarm.translations.isEmpty ? nil : TranslationIndex(entry.alarm, defaultLanguage: defaultLanguage)
    }

    static func count(of entry: Entry) -> Int {
        entry.alarm.translations.count + 1
    }

    func choice(for preference: LanguagePreference) -> Int {
        guard let place = index?.choice(for: preference) else { return 0 }
        return place + 1
    }
}
