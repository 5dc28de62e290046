import Logging
import NIOHTTP1
import Synchronization
import Tocsin
import TocsinAccess

/// A request, as logs, metrics and the audit log know it.
struct ObservedRequest: Sendable {
    let id: String
    let method: String
    let route: Route
    /// For which it counts; `nil` where its connection has none, or where nobody writes it down.
    let client: IPAddress?
    /// When its head was there, by the system's uptime.
    let began: UInt64
    /// Who has shown a token; `nil` where none was, or none that is good.
    var holder: Holder?
}

/// Tells the log, the metrics and the audit log what became of requests.
///
/// From the level info on, nothing is logged that a client chose but the `Host` and `Origin` that were refused: users' names
/// can be personal, and queries can have tokens.
final class RequestObserver: Sendable {
    private let metrics: RequestMetrics
    private let auditLog: AuditLog?
    private let logger: Logger
    private let ids = RequestIDs()
    private let uptime: Uptime
    /// By reason, which is of a closed set.
    private let budgets = Mutex<[String: LineBudget]>([:])

    /// - Parameter auditLog: `nil` where there is none.
    init(
        _ metrics: RequestMetrics, auditLog: AuditLog? = nil, logger: Logger, uptime: @escaping Uptime = systemUptime
    ) {
        self.metrics = metrics
        self.auditLog = auditLog
        self.logger = logger
        self.uptime = uptime
    }

    /// - Parameters:
    ///   - given: the values of the field ``RequestIDs/field``.
    ///   - client: asked only where it is written down.
    func began(
        _ method: String, _ route: Route, id given: [String], client: @autoclosure () -> IPAddress? = nil
    ) -> ObservedRequest {
        ObservedRequest(
            id: ids.id(given: given), method: method, route: route, client: auditLog == nil ? nil : client(),
            began: uptime())
    }

    /// Writes down what a request does.
    func audit(of request: ObservedRequest) -> RequestAudit { RequestAudit(log: auditLog, request: request) }

    func answered(_ request: ObservedRequest, path: String, status: Int, problem: Problem? = nil) {
        let nanoseconds = uptime() - request.began
        metrics.answered(
            request.method, request.route.label, status: status, problem: problem?.kind,
            nanoseconds: request.isForStream ? nil : nanoseconds)
        if let auditLog, let problem, problem.isOfAccess {
            var request = request
            request.holder = request.holder ?? problem.holder
            auditLog.note(problem, path: path, of: request)
        }
        let isRefusal = [401, 403, 421].contains(status) || (request.isForStream && status >= 400)
        if isRefusal, let problem {
            let reason = problem.isPersonal ? problem.kind.title.lowercased() : problem.detail
            refuse(
                problem.kind.name, "refused \(request.method) \(request.route.template): \(reason)",
                ["request": "\(request.id)", "type": "\(problem.kind.name)"])
        }
        logger.debug(
            "answered \(request.method) \(request.route.template)",
            metadata: [
                "request": "\(request.id)", "path": "\(path)", "status": "\(status)",
                "microseconds": "\(nanoseconds / 1000)",
                "type": problem.map { "\($0.kind.name)" } ?? "",
            ])
    }

    /// A page asks with a token of its own, and its browser will keep the answer from it.
    func answer(to request: ObservedRequest, isUnreadableTo origin: String) {
        refuse(
            "unreadable",
            "a page of \(origin.shortened) cannot read the answer to \(request.method) \(request.route.template); "
                + "if it should, start the server with --cors-origin \(origin.shortened)",
            ["request": "\(request.id)"])
    }

    /// Bytes came that are no request.
    func failed(with problem: Problem) -> String {
        let request = began("other", .unknown, id: [])
        answered(request, path: "", status: problem.status, problem: problem)
        return request.id
    }
}

// MARK: - Streams

extension RequestObserver {
    /// - Parameter fields: of its answer, with its id.
    func streamOpened(_ request: StreamRequest, fields: HTTPHeaders) {
        metrics.answered("GET", request.label, status: 200, problem: nil, nanoseconds: nil)
        logger.debug("opened \(request.label.rawValue)", metadata: ["request": "\(fields.requestID)"])
    }

    /// It was asked to come back later.
    func streamRefused(
        _ label: RouteLabel, _ reason: RefusalReason, of client: IPAddress?, cause: String?, fields: HTTPHeaders
    ) {
        metrics.answered("GET", label, status: 200, problem: nil, nanoseconds: nil)
        var metadata: Logger.Metadata = ["request": "\(fields.requestID)", "reason": "\(reason.rawValue)"]
        if let client { metadata["client"] = "\(client)" }
        if let cause { metadata["cause"] = "\(cause)" }
        refuse(reason.rawValue, "refused a stream, whose client is asked to come back: \(reason.sentence)", metadata)
    }

    private func refuse(_ reason: String, _ message: @autoclosure () -> String, _ metadata: Logger.Metadata) {
        let now = uptime()
        guard let omitted = budgets.withLock({ $0[reason, default: LineBudget()].take(at: now) }) else { return }
        var metadata = metadata
        if omitted > 0 { metadata["omitted"] = "\(omitted)" }
        logger.notice("\(message())", metadata: metadata)
    }
}

extension Problem {
    /// Whether somebody was refused for who they are, or how often they ask.
    fileprivate var isOfAccess: Bool { [401, 403, 421, 429].contains(status) }
}

extension ObservedRequest {
    fileprivate var isForStream: Bool { route.isStream && method == "GET" }
}

extension StreamRequest {
    var label: RouteLabel { user == nil ? .topicStream : .userStream }
}

extension HTTPHeaders {
    fileprivate var requestID: String { self[RequestIDs.field].first ?? "" }
}

extension RefusalReason {
    /// Why a stream is refused.
    fileprivate var sentence: String {
        switch self {
        case .connections: "there are as many streams as --max-connections allows"
        case .connectionsPerAddress: "its address has as many streams as --max-connections-per-address allows"
        case .draining: "the server is ending"
        case .journal: "the journal cannot tell where it resumes"
        case .tokenKey: "its token is of a key that the key set may have by now, which was not read yet"
        default: rawValue
        }
    }
}
