/// A language tag (BCP 47): subtags of 1–8 ASCII letters and digits joined by `-`, the first of letters only.
///
/// It is kept as it was published, and compared without case. Whether a subtag is registered is not checked.
public struct LanguageTag: Sendable {
    /// The greatest length, in bytes; RFC 5646 4.4.1 asks for 35 at least.
    public static let maximumLength = 100

    /// As published.
    public let string: String
    /// In lower case, which is what is compared.
    package let folded: String

    /// - Returns: `nil` where `string` is no well-formed tag.
    public init?(_ string: String) {
        guard string.utf8.count <= Self.maximumLength, Self.isWellFormed(string.utf8) else { return nil }
        self.string = string
        self.folded = string.lowercased()
    }

    private static func isWellFormed(_ bytes: String.UTF8View) -> Bool {
        let subtags = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let primary = subtags.first, primary.allSatisfy(\.isASCIILetter) else { return false }
        return subtags.allSatisfy {
            (1...8).contains($0.count) && $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit }
        }
    }
}

extension LanguageTag: Hashable {
    public static func == (left: LanguageTag, right: LanguageTag) -> Bool {
        left.folded == right.folded
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(folded)
    }
}

extension UInt8 {
    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    var isASCIIDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
