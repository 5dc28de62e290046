import ArgumentParser

/// With which commands are told what server to ask, and what token to show.
struct ServerOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the server is (default: \(ServerAccess.serverVariable), or \(ServerAccess.defaultServer)).",
            valueName: "url"))
    var server: String?

    @OptionGroup
    var access: TokenOption

    /// - Throws: ``CommandFailure``, as ``ServerAccess`` does.
    func access(environment: [String: String]) throws(CommandFailure) -> ServerAccess {
        try ServerAccess(server: server, token: access.token, environment: environment)
    }
}

struct TokenOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Access token (default: \(ServerAccess.tokenVariable), which keeps it out of the list of processes).",
            valueName: "token"))
    var token: String?
}
