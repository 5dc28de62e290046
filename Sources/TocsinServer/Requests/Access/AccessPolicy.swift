import Tocsin
package import TocsinAccess
import TocsinWeb

/// Who may ask.
///
/// While there are no access rules: a browser lets any page send requests to this machine. So a request must call the server
/// by a name that is its own, which the pages of a name that was bound to its address later cannot (DNS rebinding), and a page
/// must be of an origin that may ask.
///
/// Where there are: a request must show a token, and what that allows decides. A token in a cookie comes along whichever page
/// asks, so there the origin counts too.
package struct AccessPolicy: Sendable {
    static let loopbackHosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    private let hosts: Set<String>
    private let origins: [OriginPattern]
    private let isSecure: Bool
    private let authenticator: Authenticator?

    /// - Parameters:
    ///   - host: where the server listens.
    ///   - allowedHosts: further names that it is called by; a port does not matter.
    ///   - corsOrigins: the origins whose pages may use it, `https://*.app.example` for all below a name.
    ///   - isSecure: whether it speaks TLS.
    ///   - authenticator: knows tokens; `nil` while there are no access rules.
    /// - Throws: ``InvalidAccessOption`` for what is no host or origin.
    package init(
        host: String, allowedHosts: [String] = [], corsOrigins: [String] = [], isSecure: Bool = false,
        authenticator: Authenticator? = nil
    ) throws(InvalidAccessOption) {
        var hosts = Self.loopbackHosts
        for (option, text) in [("--host", host)] + allowedHosts.map({ ("--allowed-host", $0) }) {
            guard let authority = Authority(text) ?? Authority("[\(text)]") else {
                throw InvalidAccessOption("\(option) \(text): this is no name or address of a host")
            }
            hosts.insert(authority.host)
        }
        var origins: [OriginPattern] = []
        for text in corsOrigins {
            guard let origin = OriginPattern(text) else {
                throw InvalidAccessOption("--cors-origin \(text): this \(OriginPattern.requirement)")
            }
            origins.append(origin)
        }
        self.hosts = hosts
        self.origins = origins
        self.isSecure = isSecure
        self.authenticator = authenticator
    }

    /// Decides on one request, in constant time.
    ///
    /// - Parameters:
    ///   - method: in upper case.
    ///   - header: gives the values of a request's header field, by a name whose case does not matter. HTTP/2's
    ///     `:authority` is to be given for `Host`.
    package func decide(
        _ method: String, _ route: Route, _ target: RequestTarget, header: (String) -> [String]
    ) -> AccessDecision {
        let request = AccessRequest(
            method: method, route: route, target: target, readsToken: authenticator != nil, header: header)
        if route.isProbe {
            return .allow(authenticator == nil ? .everything : .nothing, fields: echoed(knownOrigin(of: request)))
        }
        do throws(Problem) {
            let host = try Self.host(of: request)
            return if let authenticator {
                try decide(request, to: host, knowing: authenticator)
            } else {
                try decideWithoutRules(request, to: host)
            }
        } catch {
            return .refuse(error, fields: varied(knownOrigin(of: request)))
        }
    }

    /// Whether streams with a pass are to end: what they were let in with was revoked.
    func isRevoked(_ pass: StreamPass) -> Bool {
        authenticator?.isRevoked(pass) ?? false
    }

    // MARK: Without access rules

    private func decideWithoutRules(_ request: AccessRequest, to host: Authority) throws(Problem) -> AccessDecision {
        guard hosts.contains(host.host) else { throw .foreignHost(host.host) }
        guard let origin = request.origins.first else {
            guard request.isOfOwnSite else { throw .crossSite }
            return .allow(.everything, fields: varied(nil))
        }
        let isAllowed = isAllowed(request, host)
        guard isAllowed || isAtHome(request) else { throw .foreignOrigin(request.origins) }
        return preflight(request, origin, withCookies: isAllowed)
            ?? .allow(.everything, fields: varied(origin, withCookies: isAllowed))
    }

    /// A page that is developed on this machine, on another port, may look but not publish.
    private func isAtHome(_ request: AccessRequest) -> Bool {
        request.origin?.isLoopback == true
            && (request.route.isStream || request.route.isList || request.route == .asset(.clientModule))
            && ["GET", "HEAD", "OPTIONS"].contains(request.method)
    }

    // MARK: With access rules

    private func decide(
        _ request: AccessRequest, to host: Authority, knowing authenticator: Authenticator
    ) throws(Problem) -> AccessDecision {
        let origin = isAllowed(request, host) ? request.origins.first : nil
        let foreign = origin == nil ? request.origins.first : nil
        if request.isPreflight {
            guard let origin else { throw .foreignOrigin(request.origins) }
            if let preflight = preflight(request, origin) { return preflight }
        }
        guard request.route.needsToken(method: request.method) else {
            if foreign != nil { throw .foreignOrigin(request.origins) }
            guard origin != nil || request.isOfOwnSite else { throw .crossSite }
            return .allow(.nothing, fields: varied(origin))
        }
        do throws(Problem) {
            guard let token = try request.token.get() else { throw .missingToken }
            if token.way == .cookie { try checkPage(of: request, isAllowed: origin != nil) }
            // Before the keys are looked at: others may bring in new ones at any time.
            let readings = authenticator.keySet?.readings ?? 0
            switch Self.grant(for: token, by: authenticator) {
            case .success(let grant):
                return .allow(.grant(grant), fields: varied(origin), unreadableTo: foreign)
            case .failure(let refused):
                let problem = Problem.invalidToken(refused.fault, of: refused.holder)
                guard let keySet = authenticator.keySet, keySet.mayCure(refused.fault) else { throw problem }
                return .awaitKeys(AwaitedKeys(keySet, beyond: readings), problem, fields: varied(origin))
            }
        } catch {
            return .refuse(error, fields: varied(origin))
        }
    }

    /// A cookie says nothing of which page asks.
    private func checkPage(of request: AccessRequest, isAllowed: Bool) throws(Problem) {
        guard !isAllowed else { return }
        guard request.origins.isEmpty else { throw .foreignOrigin(request.origins) }
        guard !request.isCrossSite else { throw .crossSite }
        // Browsers leave it out only where nothing is changed.
        guard ["GET", "HEAD"].contains(request.method) else { throw .missingOrigin }
    }

    private static func grant(
        for token: PresentedToken, by authenticator: Authenticator
    ) -> Result<Grant, RefusedToken> {
        Result { () throws(RefusedToken) in try authenticator.grant(for: token.text) }
    }

    // MARK: Hosts and origins

    /// By which name the server is called.
    private static func host(of request: AccessRequest) throws(Problem) -> Authority {
        // HTTP/1.0 did not ask for one. Without one nobody can tell whom the request was meant for.
        guard let text = request.hosts.first else { throw .badHost("there is no Host header") }
        guard request.hosts.count == 1 else { throw .badHost("there is more than one Host header") }
        guard let host = Authority(text) else { throw .badHost("the Host header is no host and port") }
        if let authority = request.authority, Authority(authority) != host {
            throw .badHost("the Host header is another one than the host in the request's target")
        }
        return host
    }

    /// Whether it is of a page that the server itself served, or of one that `--cors-origin` names.
    private func isAllowed(_ request: AccessRequest, _ host: Authority) -> Bool {
        guard let origin = request.origin else { return false }
        return origin.isOrigin(of: host, isSecure: isSecure || request.isForwardedSecurely)
            || origins.contains { $0.matches(origin) }
    }

    /// The request's origin where it is one of `--cors-origin`, which may read whatever the answer is.
    private func knownOrigin(of request: AccessRequest) -> String? {
        guard let origin = request.origin, origins.contains(where: { $0.matches(origin) }) else { return nil }
        return request.origins.first
    }

    // MARK: Header fields

    /// - Parameter withCookies: whether a page that says that its cookies may go along can read the answer.
    private func echoed(_ origin: String?, withCookies: Bool = true) -> [HeaderField] {
        guard let origin else { return [] }
        return [HeaderField("Access-Control-Allow-Origin", origin), HeaderField("Vary", "Origin")]
            + (withCookies ? [HeaderField("Access-Control-Allow-Credentials", "true")] : [])
            + [HeaderField("Access-Control-Expose-Headers", "Location, Retry-After, WWW-Authenticate, X-Request-ID")]
    }

    /// The answer depends on the origin, also where there is none.
    private func varied(_ origin: String?, withCookies: Bool = true) -> [HeaderField] {
        origin == nil ? [HeaderField("Vary", "Origin")] : echoed(origin, withCookies: withCookies)
    }

    /// The answer to a preflight; `nil` for any other request.
    private func preflight(_ request: AccessRequest, _ origin: String, withCookies: Bool = true) -> AccessDecision? {
        guard request.isPreflight, !request.route.methods.isEmpty else { return nil }
        return .preflight(
            fields: varied(origin, withCookies: withCookies) + [
                HeaderField("Access-Control-Allow-Methods", request.route.methods.joined(separator: ", ")),
                // A page may send its token also where none is asked for, as to the server of who develops it.
                HeaderField(
                    "Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"),
                // Seconds that a browser may take it as said: short, since options change with a start.
                HeaderField("Access-Control-Max-Age", "600"),
            ])
    }
}

extension AccessRequest {
    /// Of the page that asks; `nil` where there is none, or one that cannot be told.
    fileprivate var origin: WebOrigin? { origins.count == 1 ? origins.first.flatMap { WebOrigin($0) } : nil }

    /// Whether no page of another site asks: without an `Origin` only this tells. A link to the page from elsewhere works.
    fileprivate var isOfOwnSite: Bool {
        !isCrossSite || route == .asset(.page) && method == "GET" && isNavigation
    }
}

/// An option that is no host or origin.
package struct InvalidAccessOption: Error, Hashable, CustomStringConvertible {
    /// One line: which option, and what it should be.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
