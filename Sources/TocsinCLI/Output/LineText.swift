/// Text that others wrote, in a line for people.
enum LineText {
    /// What gives a terminal orders, ends a line for some readers, or turns round how the rest of it is shown.
    private static let unsafe: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]

    /// - Parameters:
    ///   - kept: what stays of that, where it does no harm.
    ///   - quoted: whether quotation marks stand around it.
    /// - Returns: the text, in which what is unsafe is told by its number.
    static func escaped(_ text: some StringProtocol, keeping kept: Set<Unicode.Scalar> = [], quoted: Bool = false)
        -> String
    {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case _ where kept.contains(scalar): escaped.unicodeScalars.append(scalar)
            case "\n" where quoted: escaped += "\\n"
            case "\"" where quoted, "\\" where quoted: escaped += "\\\(scalar)"
            case _ where unsafe.contains(scalar.properties.generalCategory):
                escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
