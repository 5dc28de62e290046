/// What to do about a refusal with the options of a command, of which the server knows nothing.
struct RefusalCure: Hashable, Sendable {
    /// Where no token was shown.
    var noToken = "give --token or \(ServerAccess.tokenVariable)"
    /// Where the token that was shown is worth nothing; `nil` where the server says enough.
    var badToken: String?
    /// Where the token that was shown allows too little.
    var littleToken: String?
    /// What the URL of the server has too much, see ``ServerAccess/surplusPath(of:)``.
    var surplusPath: String?
}
