/// Finds what would be taken for another part of a YAML document.
///
/// A few lines of aliases of aliases stand for more than fits in any memory, and comparing keys takes them apart; so they are
/// found in the text, before it is read.
enum YAMLAliases {
    /// - Returns: the first `*name` of which there is an `&name`; without that it is none.
    static func first(in text: String) -> (name: Substring, line: Int)? {
        guard text.utf8.contains(UInt8(ascii: "*")), text.utf8.contains(UInt8(ascii: "&")) else { return nil }
        let anchors = Set(text.matches(of: #/&([0-9A-Za-z_-]+)/#).map(\.1))
        guard let alias = text.matches(of: #/\*([0-9A-Za-z_-]+)/#).first(where: { anchors.contains($0.1) }) else {
            return nil
        }
        return (alias.1, text[..<alias.range.lowerBound].count(where: \.isNewline) + 1)
    }
}
