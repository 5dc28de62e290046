/// A word of a command line of the shell.
enum ShellWord {
    /// Quoted, where it needs to be.
    static func quoted(_ text: String) -> String {
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) { return escaped(text) }
        return text.wholeMatch(of: #/[0-9A-Za-z_.\/:@%+,-]+/#) != nil ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }

    /// With control characters by their bytes, since a terminal would obey them.
    private static func escaped(_ text: String) -> String {
        let characters = text.unicodeScalars.map { scalar in
            switch scalar {
            case "'", "\\": "\\\(scalar)"
            case _ where scalar.properties.generalCategory == .control:
                String(scalar).utf8.map { "\\" + (String(repeating: "0", count: 3) + String($0, radix: 8)).suffix(3) }
                    .joined()
            default: String(scalar)
            }
        }
        return "$'\(characters.joined())'"
    }
}
