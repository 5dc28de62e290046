import FoundationEssentials

/// The server that a command asks, and the token that it shows.
struct ServerAccess {
    static let serverVariable = "TOCSIN_SERVER"
    static let tokenVariable = "TOCSIN_TOKEN"
    static let defaultServer = "http://127.0.0.1:5000"

    /// The server's URL, perhaps below a path.
    let server: String
    let token: String?

    /// - Parameters:
    ///   - server: from the command line, where it is there.
    ///   - token: from the command line, where it is there.
    /// - Throws: ``CommandFailure`` unless the server is an `http` or `https` URL with a host and without query and fragment,
    ///   and the token can stand in a header field.
    init(server: String?, token: String?, environment: [String: String]) throws(CommandFailure) {
        let environment = environment.filter { !$0.value.isEmpty }
        self.server = server ?? environment[Self.serverVariable] ?? Self.defaultServer
        self.token = token ?? environment[Self.tokenVariable]
        guard Self.isServer(self.server) else {
            throw Self.failure(
                "--server", server, or: Self.serverVariable,
                "is a URL like \(Self.defaultServer), not \(self.server.debugDescription)")
        }
        guard self.token.map(Self.isToken) != false else {
            throw Self.failure("--token", token, or: Self.tokenVariable, "is printable ASCII without spaces")
        }
    }

    /// The URL of a route.
    ///
    /// - Parameter path: without a slash at its start.
    func url(_ path: String) -> String {
        server + (server.hasSuffix("/") ? "" : "/") + path
    }

    /// The URL's path from where it is that of a route, which every command appends itself; `nil` where it is of none.
    static func surplusPath(of server: String) -> String? {
        let parts = (URLComponents(string: server)?.path ?? "").split(separator: "/")
        guard let start = parts.firstIndex(where: { routes.contains(String($0)) }) else { return nil }
        return "/" + parts[start...].joined(separator: "/")
    }

    private static let routes: Set = [
        "alarms", "connection", "events", "health", "keys", "metrics", "ready", "revocations", "topics", "users",
    ]

    /// What to do where the server refuses.
    var cure: RefusalCure { RefusalCure(surplusPath: Self.surplusPath(of: server)) }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isServer(_ text: String) -> Bool {
        guard let components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.host, !host.isEmpty
        else { return false }
        return components.query == nil && components.fragment == nil && components.user == nil
            && components.password == nil
    }

    /// A wrong setting, named by where it comes from.
    private static func failure(
        _ flag: String, _ given: String?, or variable: String, _ message: String
    ) -> CommandFailure {
        given == nil ? CommandFailure("\(variable) \(message)") : CommandFailure(usage: "\(flag) \(message)")
    }
}
