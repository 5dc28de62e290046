/// The languages a reader wants, best first, and those it does not want.
///
/// The form is canonical: lower case, in the order of preference, each range once. Two headers that mean the same are
/// equal, so that the streams they came with can share what is framed for them.
public struct LanguagePreference: Sendable {
    /// How many ranges of a text count.
    public static let maximumRanges = 16
    /// How many bytes of a text count; a range that is cut off there does not.
    public static let maximumLength = 1024

    /// Best first.
    package let wanted: [LanguageRange]
    /// Given with `q=0`; sorted.
    package let excluded: [LanguageTag]

    /// No preference.
    public static let none = LanguagePreference()

    private init() {
        wanted = []
        excluded = []
    }

    /// Reads the value of an `Accept-Language` field (RFC 9110 12.5.4) or of a `lang` parameter, which has the same form.
    ///
    /// A part that is malformed is skipped. `*;q=0` says that nothing else is wanted, which is so without it.
    /// - Parameter text: several fields are to be joined by commas.
    public init(_ text: String) {
        guard !text.isEmpty else {
            self = .none
            return
        }
        var text = text
        self.init(text.withUTF8(Self.ranges))
    }

    private static func ranges(_ text: UnsafeBufferPointer<UInt8>) -> [(range: LanguageRange, quality: Int)] {
        var ranges: [(range: LanguageRange, quality: Int)] = []
        var parts = Parts(text)
        while ranges.count < maximumRanges, let part = parts.next() {
            if let weighted = weightedRange(part) { ranges.append(weighted) }
        }
        return ranges
    }

    private init(_ ranges: [(range: LanguageRange, quality: Int)]) {
        guard !ranges.isEmpty else {
            self = .none
            return
        }
        // The place breaks ties: the order of preference must not depend on how `sorted` treats equals.
        let sorted = ranges.enumerated().sorted { left, right in
            (right.element.quality, left.offset) < (left.element.quality, right.offset)
        }
        var wanted: [LanguageRange] = []
        var excluded: [LanguageTag] = []
        var allowsAny = true
        for (range, quality) in sorted.map(\.element) {
            switch range {
            case .tag(let tag) where quality == 0:
                if !excluded.contains(tag) { excluded.append(tag) }
            case .any where quality == 0:
                allowsAny = false
            case .tag, .any:
                if !wanted.contains(range) { wanted.append(range) }
            }
        }
        if !allowsAny { wanted.removeAll { $0 == .any } }
        self.wanted = wanted
        self.excluded = excluded.sorted { $0.folded < $1.folded }
    }

    package var isEmpty: Bool { wanted.isEmpty && excluded.isEmpty }

    /// Whether `tag` is not wanted: of all ranges that match it, the most specific one has `q=0`.
    package func excludes(_ tag: LanguageTag) -> Bool {
        guard !excluded.isEmpty else { return false }
        let unwanted = excluded.lazy.filter { tag.isMatched(by: $0) }.map(\.folded.utf8.count).max()
        guard let unwanted else { return false }
        return !wanted.contains { range in
            guard case .tag(let range) = range else { return false }
            return range.folded.utf8.count > unwanted && tag.isMatched(by: range)
        }
    }
}

extension LanguagePreference: Hashable {}

/// One language range (RFC 4647 2.1, a basic one).
package enum LanguageRange: Hashable, Sendable {
    /// A language, in lower case.
    case tag(LanguageTag)
    /// `*`: any language.
    case any
}

extension LanguageTag {
    /// Whether this is `range`, or longer and begins with its subtags (RFC 4647 3.3.1, basic filtering).
    package func isMatched(by range: LanguageTag) -> Bool {
        folded == range.folded || isLonger(than: range)
    }

    /// Whether this begins with the subtags of `range` and has more.
    func isLonger(than range: LanguageTag) -> Bool {
        let length = range.folded.utf8.count
        guard folded.utf8.count > length, folded.utf8.starts(with: range.folded.utf8) else { return false }
        return folded.utf8.dropFirst(length).first == UInt8(ascii: "-")
    }
}
