/// What somebody is told who has started the demo: where to look, and what to type next.
struct DemoGuide: Hashable, CustomStringConvertible {
    /// Where the server listens.
    let url: String
    /// As it was called.
    let program: String

    var description: String {
        let program = ShellWord.quoted(program)
        let server = url == ServerAccess.defaultServer ? "" : "--server \(ShellWord.quoted(url)) "
        return """

            The demo runs. Open this in a browser, and press the button:

                \(url)

            Or listen in one terminal and publish from another:

                curl -N \(ShellWord.quoted("\(url)/connection/tiaz"))
                \(program) publish \(server)--user tiaz --lang ko='안녕하세요!' --lang en='Hello!'

            It ends with Ctrl-C.


            """
    }
}

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
