package import TocsinAccess

/// What of a request says who asks, and by which name of the server.
struct AccessRequest: Hashable, Sendable {
    var method: String
    var route: Route
    /// The authority of an absolute target.
    var authority: String?
    var hosts: [String]
    var origins: [String]
    /// Whether a proxy says that the page's browser speaks TLS with it. Anybody can say so, who then is held to it.
    var isForwardedSecurely: Bool
    var isCrossSite: Bool
    var isNavigation: Bool
    var isPreflight: Bool
    /// The token that it shows, where anybody asks for one; or why nobody can tell which.
    var token: Result<PresentedToken?, Problem>

    /// - Parameters:
    ///   - method: in upper case.
    ///   - header: gives the values of a request's header field, by a name whose case does not matter. HTTP/2's
    ///     `:authority` is to be given for `Host`.
    ///   - readsToken: whether anybody asks for one.
    init(
        method: String, route: Route, target: RequestTarget, readsToken: Bool, header: (String) -> [String]
    ) {
        self.method = method
        self.route = route
        authority = target.authority
        hosts = header("Host")
        origins = header("Origin")
        isForwardedSecurely =
            !origins.isEmpty
            && header("X-Forwarded-Proto").contains { value in
                value.split { ", \t".contains($0) }.contains { $0.lowercased() == "https" }
            }
        isCrossSite = header("Sec-Fetch-Site").contains { $0.lowercased() == "cross-site" }
        isNavigation = header("Sec-Fetch-Mode") == ["navigate"]
        isPreflight = method == "OPTIONS" && !origins.isEmpty && !header("Access-Control-Request-Method").isEmpty
        token =
            readsToken
            ? Result { () throws(Problem) in try PresentedToken(target.query, header: header) } : .success(nil)
    }
}

/// Whether a request may go on.
package enum AccessDecision: Sendable {
    /// It may do what the permit says; its answer, also one that tells of an error, is to have these header fields.
    ///
    /// Where an origin is named, a page of it cannot read the answer, and the log should tell.
    case allow(Permit, fields: [HeaderField], unreadableTo: String? = nil)
    /// It is to be answered with a problem and these header fields. For a 403 the log should tell the problem's detail.
    case refuse(Problem, fields: [HeaderField])
    /// Its token is of a key that is not known, or not yet: once the keys have arrived it is to be decided again.
    case awaitKeys(AwaitedKeys, Problem, fields: [HeaderField])
    /// It is a preflight, to be answered 204 without a body, and with these header fields.
    case preflight(fields: [HeaderField])
}

package struct HeaderField: Hashable, Sendable {
    package let name: String
    package let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
