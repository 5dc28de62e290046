/// A call of `tocsin token` that makes a token for something, for people to copy.
struct TokenCall: Hashable, Sendable, CustomStringConvertible {
    /// As it is called.
    var program = "tocsin"
    var user: String?
    /// Permissions.
    var publish: [String] = []
    /// Permissions.
    var subscribe: [String] = []
    var isAdmin = false
    /// What comes last.
    var options: [String] = []

    private var words: [String] {
        var words = [program, "token"]
        if let user { words += ["--user", user] }
        words += publish.flatMap { ["--publish", $0] }
        words += subscribe.flatMap { ["--subscribe", $0] }
        if isAdmin { words.append("--admin") }
        return words + options
    }

    /// For a shell.
    var description: String { words.map(ShellWord.quoted).joined(separator: " ") }

    /// The end of a line that tells that a token is missing, or allows too little.
    var advice: String {
        // In quotation marks, unless it has some itself.
        words.contains { ShellWord.quoted($0) != $0 } ? "make one with: \(self)" : "make one with '\(self)'"
    }
}
