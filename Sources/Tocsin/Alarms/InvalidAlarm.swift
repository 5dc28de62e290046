/// Why something cannot be published as an alarm; it says what to do instead.
public struct InvalidAlarm: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case noNames
        case noContent
        case event(InvalidEventName)
        case key(InvalidName)
        case language(String)
        case repeatedLanguage(LanguageTag)
        case json(JSONError)
        case retry
        case ttl
    }

    package let reason: Reason

    public var description: String {
        switch reason {
        case .noNames: "an alarm to users or topics names at least one"
        case .noContent: "an alarm has data or at least one translation"
        case .event(let error): error.description
        case .key(let error): "the key: \(error)"
        case .language(let text):
            "\(text.debugDescription) is no language tag; a tag has subtags of 1 to 8 letters and digits, like \"en-US\""
        case .repeatedLanguage(let tag): "there are two translations for \(tag.string); leave one out"
        case .json(let error): "the data is not JSON, \(error); give a text as .text"
        case .retry:
            "retry is \(Alarm.retryRange.lowerBound) to \(Alarm.retryRange.upperBound) milliseconds"
        case .ttl: "ttl is \(Alarm.ttlRange.lowerBound) to \(Alarm.ttlRange.upperBound) seconds"
        }
    }
}
