import Logging
import NIOHTTP1

/// Decides on requests for streams, before anything is opened.
struct StreamGate: Sendable {
    private let access: AccessPolicy
    private let logger: Logger

    init(access: AccessPolicy, logger: Logger) {
        self.access = access
        self.logger = logger
    }

    enum Decision {
        /// An ordinary answer.
        case answer(StreamAnswer)
        /// A stream, or whatever the answer will be: it is to have these fields.
        case open(StreamRequest, fields: HTTPHeaders)
    }

    /// Whether a request is one for a stream. `HEAD` is not, and goes to the router.
    func isStreamRequest(_ method: String, _ target: String) -> Bool {
        guard method == "GET" else { return false }
        // Most requests are not for streams: for them nothing is decoded here.
        let uri = target.utf8
        let mayBe =
            uri.starts(with: "/connection/".utf8) || uri.starts(with: "/events".utf8) || uri.first != UInt8(ascii: "/")
            || uri.contains(UInt8(ascii: "%"))
        guard mayBe, let target = try? RequestTarget(target) else { return false }
        return Route(target).isStream
    }

    /// - Parameters:
    ///   - text: the target of a GET request.
    ///   - header: gives the values of a header field of the request, by its name; HTTP/2's `:authority` for `Host`.
    func decide(_ text: String, header: (String) -> [String]) -> Decision {
        let target: RequestTarget
        do throws(Problem) {
            target = try RequestTarget(text)
        } catch {
            return .answer(StreamAnswer(error))
        }
        let route = Route(target)
        let request = AccessRequest(method: "GET", route: route, target: target, header: header)
        switch access.decide(request) {
        case .refuse(let problem, let fields):
            logger.logRefusal(problem, of: "GET \(target.path)")
            return .answer(StreamAnswer(problem, fields: fields))
        case .preflight(let fields):
            return .answer(StreamAnswer(status: .noContent, headers: HTTPHeaders(fields)))
        case .allow(let fields):
            return open(route, target, header: header, fields: fields)
        }
    }

    private func open(
        _ route: Route, _ target: RequestTarget, header: (String) -> [String], fields: [HeaderField]
    ) -> Decision {
        do throws(Problem) {
            switch try StreamRequest.decide(route, target.query, header: header) {
            case .open(let request):
                return .open(request, fields: HTTPHeaders(fields))
            case .stayReplaced:
                return .answer(StreamAnswer(status: .noContent, headers: HTTPHeaders(fields)))
            }
        } catch {
            return .answer(StreamAnswer(error, fields: fields))
        }
    }

    static func head(with fields: HTTPHeaders) -> HTTPHeaders {
        var head = HTTPHeaders(headerFields)
        head.add(contentsOf: fields)
        return head
    }

    /// The head of every stream, but for its framing.
    static let headerFields = [
        HeaderField("Content-Type", "text/event-stream"),
        // A cache that kept it, or a proxy that compressed it, would hold events back.
        HeaderField("Cache-Control", "no-store, no-transform"),
        HeaderField("X-Accel-Buffering", "no"),
        HeaderField("X-Content-Type-Options", "nosniff"),
    ]
}

extension HTTPHeaders {
    init(_ fields: [HeaderField]) {
        self.init(fields.map { ($0.name, $0.value) })
    }
}

extension Logger {
    /// A page that may not ask is told by its browser only that something failed: the operator is told the rest.
    func logRefusal(_ problem: Problem, of request: @autoclosure () -> String) {
        guard problem.status == 403 || problem.status == 421 else { return }
        notice("refused \(request()): \(problem.detail)")
    }
}
