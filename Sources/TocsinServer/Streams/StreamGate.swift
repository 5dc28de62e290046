import NIOHTTP1
import Tocsin
import TocsinAccess

/// Decides on requests for streams, before anything is opened.
struct StreamGate: Sendable {
    private let access: AccessPolicy
    let observer: RequestObserver

    init(access: AccessPolicy, observer: RequestObserver) {
        self.access = access
        self.observer = observer
    }

    enum Decision {
        /// An ordinary answer.
        case answer(StreamAnswer)
        /// A stream, or whatever the answer will be: it is to have these fields.
        case open(StreamRequest, Permit, fields: HTTPHeaders)
        /// To be decided again once the keys have arrived.
        case awaitKeys(AwaitedKeys)
        /// Nobody can tell now whether its token is good.
        case comeBack(RouteLabel, fields: HTTPHeaders)
    }

    /// Whether streams with a pass are to end.
    func isRevoked(_ pass: StreamPass) -> Bool { access.isRevoked(pass) }

    /// - Parameters:
    ///   - asked: what the request asks for.
    ///   - header: gives the values of a header field of the request, by its name; HTTP/2's `:authority` for `Host`.
    ///   - client: for which the request counts.
    ///   - keysArrived: once they were waited for, whether a key that is not there is none of the set.
    func decide(
        _ asked: StreamTarget, of client: @autoclosure () -> IPAddress? = nil, keysArrived: Bool? = nil,
        header: (String) -> [String]
    ) -> Decision {
        let (target, route) = (asked.target, asked.route)
        var request = observer.began("GET", route, id: header(RequestIDs.field), client: client())
        let id = HeaderField(RequestIDs.field, request.id)
        func answered(_ problem: Problem?, _ fields: [HeaderField]) -> Decision {
            let answer =
                problem.map { StreamAnswer($0, fields: fields + [id]) }
                ?? StreamAnswer(status: .noContent, headers: HTTPHeaders(fields + [id]))
            observer.answered(request, path: target.path, status: Int(answer.status.code), problem: problem)
            return .answer(answer)
        }
        switch access.decide("GET", route, target, header: header) {
        case .refuse(let problem, let fields):
            return answered(problem, fields)
        case .awaitKeys(let keys, let problem, let fields):
            switch keysArrived {
            case nil: return .awaitKeys(keys)
            case true?: return answered(problem, fields)
            case false?: return .comeBack(route.label, fields: HTTPHeaders(fields + [id]))
            }
        case .preflight(let fields):
            return answered(nil, fields)
        case .allow(let permit, let fields, let foreign):
            request.holder = permit.holder
            if let foreign { observer.answer(to: request, isUnreadableTo: foreign) }
            do throws(Problem) {
                switch try StreamRequest.decide(route, target.query, header: header) {
                case .open(let request):
                    try permit.check(listeningTo: request.user, request.topics)
                    return .open(request, permit, fields: HTTPHeaders(fields + [id]))
                case .stayReplaced: return answered(nil, fields)
                }
            } catch {
                return answered(error, fields)
            }
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
