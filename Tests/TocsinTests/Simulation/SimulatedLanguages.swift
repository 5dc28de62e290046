@testable import Tocsin

/// A reader's languages, and another opinion on what it is to be sent.
struct SimulatedLanguages {
    let ranges: [String]

    static let all = [
        [], ["ko"], ["en"], ["en-US"], ["fr", "ko"], ["de"], ["ko-KR", "en"], ["de-AT", "fr"], ["*"], ["de", "*"],
    ].map(SimulatedLanguages.init(ranges:))

    var preference: LanguagePreference { LanguagePreference(ranges.joined(separator: ",")) }

    func text(of alarm: Alarm, defaultLanguage: String?) -> String {
        let tags = alarm.translations.map(\.language.string)
        var place: Int?
        for range in ranges where place == nil {
            place = Self.find(range, in: tags)
        }
        if place == nil, alarm.data == nil {
            place = defaultLanguage.flatMap { Self.find($0, in: tags) } ?? 0
        }
        return place.map { alarm.translations[$0].content.string } ?? alarm.data?.string ?? ""
    }

    private static func find(_ range: String, in tags: [String]) -> Int? {
        if range == "*" { return tags.isEmpty ? nil : 0 }
        if let place = tags.firstIndex(of: range) { return place }
        if let place = tags.firstIndex(where: { $0.hasPrefix(range + "-") }) { return place }
        guard let hyphen = range.lastIndex(of: "-") else { return nil }
        let shorter = String(range[..<hyphen])
        return tags.firstIndex(of: shorter)
    }
}
