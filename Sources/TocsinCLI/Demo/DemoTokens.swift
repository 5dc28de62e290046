/// Where the tokens are from that a demo asks for.
enum DemoTokens: Hashable, Sendable {
    /// It asks for none.
    case none
    /// `tocsin token` makes them with these options.
    case made(options: [String])
    /// As before, with the secret of the variable, which has to be set there too.
    case madeWithVariable(options: [String])
    /// Only who has the private key makes them, which the server does not know.
    case elsewhere

    init(_ rules: AccessRules?) async {
        guard let rules else {
            self = .none
            return
        }
        let names = [("--issuer", rules.issuer), ("--audience", rules.audience)]
        let options = names.flatMap { flag, name in name.map { [flag, $0] } ?? [] }
        switch rules.key {
        case .secret: self = .madeWithVariable(options: options)
        case .file(let path):
            // What is no file, like a pipe, can be read once, and the server does.
            let signer = SmallFile.isRegular(at: path) ? try? await TokenKeySource.file(path).signer() : nil
            self = signer == nil ? .elsewhere : .made(options: options + ["--token-key-file", path])
        case nil: self = .elsewhere
        }
    }
}
