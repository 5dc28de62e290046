import HTTPTypes
import Hummingbird
import Tocsin
import TocsinAccess

/// Answers every request that is not for a stream.
///
/// Names are decoded strictly, each by itself, and every refusal says what to do; that is why it finds the route itself.
struct ServerResponder: HTTPResponder {
    typealias Context = ServerRequestContext

    private let hub: Hub
    private let access: AccessPolicy
    private let publish: PublishRoute
    private let revocations: RevocationRoute
    private let apiKeys: APIKeyRoute
    /// `nil` where everybody may publish as often as they like.
    private let publishRate: PublishRate?
    private let clients: ClientAddresses
    private let assets = AssetRoute()
    private let acceptFailures: AcceptFailures
    private let metrics: MetricsRoute
    private let observer: RequestObserver

    init(
        hub: Hub, access: AccessPolicy, authenticator: Authenticator?, clients: ClientAddresses,
        configuration: ServerConfiguration,
        acceptFailures: AcceptFailures, metrics: MetricsRoute, observer: RequestObserver
    ) {
        self.hub = hub
        self.access = access
        self.clients = clients
        let bodies = BodyBudget(maximumBody: configuration.maximumBody, refusals: hub.refusals)
        self.publish = PublishRoute(publisher: hub.publisher, authenticator: authenticator, bodies: bodies)
        self.revocations = RevocationRoute(hub: hub, authenticator: authenticator, bodies: bodies)
        self.apiKeys = APIKeyRoute(authenticator: authenticator, bodies: bodies)
        self.publishRate = configuration.publishRate.map { PublishRate($0, refusals: hub.refusals) }
        self.acceptFailures = acceptFailures
        self.metrics = metrics
        self.observer = observer
    }

    func respond(to request: Request, context: ServerRequestContext) async -> Response {
        var target = RequestTarget.root
        var route = Route.unknown
        var fault: Problem?
        do throws(Problem) {
            target = try RequestTarget(request.head.path ?? "")
            route = Route(target)
        } catch {
            fault = error
        }
        let header = { (name: String) in request.header(name) }
        let method = request.method.rawValue
        var observed = observer.began(
            method, route, id: request.headers[values: .xRequestID],
            client: clients.address(of: context.peer, forwardedFor: header("X-Forwarded-For")))
        let response: Response
        var fields: [HeaderField]
        var problem: Problem?
        var decision = access.decide(method, route, target, header: header)
        if case .awaitKeys(let keys, _, _) = decision {
            await keys.arrive()
            decision = access.decide(method, route, target, header: header)
        }
        switch decision {
        case .refuse(let refusal, let its), .awaitKeys(_, let refusal, let its):
            (problem, fields) = (refusal, its)
            response = Response(refusal)
        case .preflight(let its):
            fields = its
            response = Response(status: .noContent)
        case .allow(let permit, let its, let foreign):
            fields = its
            observed.holder = permit.holder
            if let foreign { observer.answer(to: observed, isUnreadableTo: foreign) }
            do throws(Problem) {
                if let fault { throw fault }
                if route.publishes(method: method) { try admitPublish(header, context) }
                response = try await answer(
                    request, permit, observer.audit(of: observed), route: route, target: target, header: header)
            } catch {
                problem = error
                response = Response(error)
            }
        }
        fields.append(HeaderField(RequestIDs.field, observed.id))
        observer.answered(observed, path: target.path, status: response.status.code, problem: problem)
        return finished(response, for: request, fields: fields)
    }

    /// - Throws: 429 where the request's client publishes too often.
    private func admitPublish(_ header: (String) -> [String], _ context: Context) throws(Problem) {
        guard let publishRate else { return }
        let client = clients.address(of: context.peer, forwardedFor: header("X-Forwarded-For"))
        if let client { try publishRate.admit(client) }
    }

    private func answer(
        _ request: Request, _ permit: Permit, _ audit: RequestAudit, route: Route, target: RequestTarget,
        header: (String) -> [String]
    ) async throws(Problem) -> Response {
        let method = request.method.rawValue
        guard !route.methods.isEmpty else { throw .notFound(path: target.path) }
        guard route.methods.contains(method) else { throw .methodNotAllowed(method, allowed: route.methods) }
        switch route {
        case .alarms:
            return try await publish.post(request, permit, audit)
        case .alarm(let id):
            let route = AlarmRoute(hub: hub, permit: permit, audit: audit)
            return request.method == .delete ? try await route.delete(id) : try await route.get(id)
        case .userAlarms, .topicAlarms:
            return try await ListRoute(hub: hub).get(try ListRequest(route, target.query, header: header), permit)
        case .userStream, .topicStream:
            return try streamHead(route, target, permit, header: header)
        case .health:
            return .text("ok\n")
        case .ready:
            return try ready()
        case .metrics:
            try permit.checkAdmin()
            return await metrics.get()
        case .revocations:
            return try await revocations.post(request, permit, audit)
        case .apiKeys:
            return request.method == .post
                ? try await apiKeys.post(request, permit, audit) : try apiKeys.get(permit)
        case .apiKey(let name):
            return try await apiKeys.delete(name, permit, audit)
        case .asset(let asset):
            return assets.get(asset, known: header("If-None-Match"))
        case .unknown:
            throw .notFound(path: target.path)
        }
    }

    /// `HEAD` of a stream claims nothing.
    private func streamHead(
        _ route: Route, _ target: RequestTarget, _ permit: Permit, header: (String) -> [String]
    ) throws(Problem) -> Response {
        switch try StreamRequest.decide(route, target.query, header: header) {
        case .stayReplaced: return Response(status: .noContent)
        case .open(let request):
            try permit.check(listeningTo: request.user, request.topics)
            return Response(status: .ok, headers: HTTPFields(StreamGate.headerFields))
        }
    }

    /// Whether alarms can be committed and streams served.
    private func ready() throws(Problem) -> Response {
        if hub.isDraining { throw .unavailable("the server is ending") }
        if let failure = hub.publisher.failure {
            throw .unavailable("alarms cannot be committed: \(failure.message)")
        }
        if let reason = acceptFailures.reason {
            throw .unavailable("no connection can be accepted: \(reason)")
        }
        return .text("ready\n")
    }

    /// What every answer has.
    private func finished(_ response: Response, for request: Request, fields: [HeaderField]) -> Response {
        var response = response
        response.headers.append(contentsOf: HTTPFields(fields))
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if request.method == .head, response.status != .notModified {
            // The head as it would be for GET, and no body: with chunks instead of a length the encoder would write some.
            let length = response.body.contentLength ?? 0
            response.body = ResponseBody()
            response.headers[.contentLength] = String(length)
        }
        return response
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    // The text is a token, as names of fields are.
    fileprivate static let xRequestID = Self(RequestIDs.field)!
}

extension Request {
    /// The values of a header field; `Host` is the request's authority.
    fileprivate func header(_ name: String) -> [String] {
        guard let field = HTTPField.Name(name) else { return [] }
        // The first is not among the fields any more, a second one is.
        let authority = name == "Host" ? head.authority.map { [$0] } ?? [] : []
        return authority + headers[values: field]
    }
}
