import TocsinWeb

/// Who may ask, while there are no access rules.
///
/// A browser lets any page send requests to this machine. So a request must call the server by a name that is its own,
/// which the pages of a name that was bound to its address later cannot (DNS rebinding), and a page must be of an
/// origin that may ask.
package struct AccessPolicy: Sendable {
    static let loopbackHosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    private let hosts: Set<String>
    private let origins: Set<WebOrigin>
    private let isSecure: Bool

    /// - Parameters:
    ///   - host: where the server listens.
    ///   - allowedHosts: further names that it is called by; a port does not matter.
    ///   - corsOrigins: the origins whose pages may use it.
    ///   - isSecure: whether it speaks TLS.
    /// - Throws: ``InvalidAccessOption`` for what is no host or origin.
    package init(
        host: String, allowedHosts: [String] = [], corsOrigins: [String] = [], isSecure: Bool = false
    ) throws(InvalidAccessOption) {
        var hosts = Self.loopbackHosts
        for (option, text) in [("--host", host)] + allowedHosts.map({ ("--allowed-host", $0) }) {
            guard let authority = Authority(text) ?? Authority("[\(text)]") else {
                throw InvalidAccessOption("\(option) \(text): this is no name or address of a host")
            }
            hosts.insert(authority.host)
        }
        var origins: Set<WebOrigin> = []
        for text in corsOrigins {
            guard let origin = WebOrigin(text) else {
                throw InvalidAccessOption(
                    "--cors-origin \(text): this is no origin; write scheme, host and port only, such as https://app.example"
                )
            }
            origins.insert(origin)
        }
        self.hosts = hosts
        self.origins = origins
        self.isSecure = isSecure
    }

    /// Decides on one request, in constant time.
    package func decide(_ request: AccessRequest) -> AccessDecision {
        if request.route.isProbe { return .allow(fields: echoed(knownOrigin(of: request))) }
        let host: Authority
        do throws(Problem) {
            host = try self.host(of: request)
        } catch {
            return .refuse(error, fields: varied(knownOrigin(of: request)))
        }
        guard let origin = request.origins.first else {
            // A link to the page from elsewhere works.
            let isLink = request.route == .asset(.page) && request.method == "GET" && request.isNavigation
            if request.isCrossSite, !isLink { return .refuse(.crossSite, fields: varied(nil)) }
            return .allow(fields: varied(nil))
        }
        guard request.origins.count == 1, let parsed = WebOrigin(origin), isAllowed(parsed, host, request) else {
            return .refuse(.foreignOrigin(request.origins.joined(separator: ", ")), fields: varied(nil))
        }
        if request.isPreflight, !request.route.methods.isEmpty {
            return .preflight(fields: varied(origin) + Self.preflightFields(request.route))
        }
        return .allow(fields: varied(origin))
    }

    /// By which of its names the server is called.
    private func host(of request: AccessRequest) throws(Problem) -> Authority {
        // HTTP/1.0 did not ask for one. Without one nobody can tell whom the request was meant for.
        guard let text = request.hosts.first else { throw .badHost("there is no Host header") }
        guard request.hosts.count == 1 else { throw .badHost("there is more than one Host header") }
        guard let host = Authority(text) else { throw .badHost("the Host header is no host and port") }
        if let authority = request.authority, Authority(authority) != host {
            throw .badHost("the Host header is another one than the host in the request's target")
        }
        guard hosts.contains(host.host) else { throw .foreignHost(host.host) }
        return host
    }

    private func isAllowed(_ origin: WebOrigin, _ host: Authority, _ request: AccessRequest) -> Bool {
        if origin.isOrigin(of: host, isSecure: isSecure) || origins.contains(origin) { return true }
        // A page that is developed on this machine, on another port, may look but not publish.
        return origin.isLoopback
            && (request.route.isStream || request.route.isList || request.route == .asset(.clientModule))
            && ["GET", "HEAD", "OPTIONS"].contains(request.method)
    }

    /// The request's origin where it is one of `--cors-origin`, which may read whatever the answer is.
    private func knownOrigin(of request: AccessRequest) -> String? {
        guard let text = request.origins.first, request.origins.count == 1, let origin = WebOrigin(text) else {
            return nil
        }
        return origins.contains(origin) ? text : nil
    }

    private func echoed(_ origin: String?) -> [HeaderField] {
        origin.map { [HeaderField("Access-Control-Allow-Origin", $0), HeaderField("Vary", "Origin")] } ?? []
    }

    /// The answer depends on the origin, also where there is none.
    private func varied(_ origin: String?) -> [HeaderField] {
        origin == nil ? [HeaderField("Vary", "Origin")] : echoed(origin)
    }

    private static func preflightFields(_ route: Route) -> [HeaderField] {
        [
            HeaderField("Access-Control-Allow-Methods", route.methods.joined(separator: ", ")),
            HeaderField("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, Last-Event-ID"),
            // Seconds that a browser may take it as said: short, since options change with a start.
            HeaderField("Access-Control-Max-Age", "600"),
        ]
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
