/// What somebody is told who has started the demo: where to look, and what to type next.
struct DemoGuide: Hashable, CustomStringConvertible {
    /// Where the server listens.
    let url: String
    /// As it was called.
    let program: String
    var tokens = DemoTokens.none

    var description: String {
        """

        \(browsing)

        Or listen in one terminal and publish from another\(condition):

            curl -N \(authorization)\(ShellWord.quoted("\(url)/connection/tiaz"))
            \(publishing)

        It ends with Ctrl-C.


        """
    }

    private var browsing: String {
        switch tokens {
        case .none:
            """
            The demo runs. Open this in a browser, and press the button:

                \(url)
            """
        case .elsewhere:
            """
            The demo runs, and asks for tokens, which only who has the private key can make. Open this in a browser, and
            give it a token that may listen to tiaz and publish to user:tiaz:

                \(url)
            """
        case .made, .madeWithVariable:
            """
            The demo runs, and asks for tokens. Open this in a browser, give it the token that the second line makes, and
            press the button:

                \(url)
                \(call(TokenCall(user: "tiaz", publish: ["*"], subscribe: ["*"])) ?? "")
            """
        }
    }

    /// What the terminals need for it.
    private var condition: String {
        switch tokens {
        case .none, .made: ""
        case .madeWithVariable: ", where \(TokenKeySource.secretVariable) is set as it is here"
        case .elsewhere: ", where \(ServerAccess.tokenVariable) is that token"
        }
    }

    /// How curl shows its token.
    private var authorization: String {
        switch tokens {
        case .none: ""
        case .elsewhere: "-H \"Authorization: Bearer $\(ServerAccess.tokenVariable)\" "
        case .made, .madeWithVariable: "-H \"Authorization: Bearer $(\(call(TokenCall(user: "tiaz")) ?? ""))\" "
        }
    }

    private var publishing: String {
        let server = url == ServerAccess.defaultServer ? "" : "--server \(ShellWord.quoted(url)) "
        // In a variable, which other users of the machine do not see.
        let token =
            call(TokenCall(publish: ["user:tiaz"])).map { "\(ServerAccess.tokenVariable)=\"$(\($0))\" " } ?? ""
        return "\(token)\(ShellWord.quoted(program)) publish \(server)--user tiaz --lang ko='안녕하세요!' --lang en='Hello!'"
    }

    /// `nil` where no token can be made here.
    private func call(_ call: TokenCall) -> String? {
        switch tokens {
        case .none, .elsewhere: return nil
        case .made(let options), .madeWithVariable(let options):
            var call = call
            call.program = program
            call.options = options
            return call.description
        }
    }
}
