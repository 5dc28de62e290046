import Metrics
import Synchronization

/// Counts requests and their problems; series are made when they are first needed.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: RouteLabel
        /// The first digit of the status.
        let statusClass: Int
    }

    private struct Series {
        let count: Counter
        /// `nil` for streams.
        let duration: Timer?
    }

    /// What became of a publish; the raw value is its name in metrics.
    enum PublishOutcome: String, CaseIterable {
        case created
        case known
        case refused
        case unavailable
        case unknown
    }

    /// Others have one name together, so that no client can make series.
    private static let methods: Set = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]

    private let factory: any MetricsFactory
    private let requests = Mutex<[Key: Series]>([:])
    private let problems = Mutex<[Problem.Kind: Counter]>([:])
    private let publishes: [PublishOutcome: Counter]

    init(_ factory: any MetricsFactory) {
        self.factory = factory
        publishes = Dictionary(
            uniqueKeysWithValues: PublishOutcome.allCases.map { outcome in
                let dimensions = [("outcome", outcome.rawValue)]
                return (
                    outcome,
                    Counter(label: "tocsin_publish_requests_total", dimensions: dimensions, factory: factory)
                )
            })
    }

    /// - Parameter nanoseconds: how long the answer took; `nil` for a stream.
    func answered(_ method: String, _ route: RouteLabel, status: Int, problem: Problem.Kind?, nanoseconds: UInt64?) {
        let method = Self.methods.contains(method) ? method : "other"
        let series = series(Key(method: method, route: route, statusClass: status / 100), isTimed: nanoseconds != nil)
        series.count.increment()
        if let nanoseconds { series.duration?.recordNanoseconds(Int64(clamping: nanoseconds)) }
        if let problem { counter(of: problem).increment() }
        if method == "POST", route == .alarms {
            publishes[Self.outcome(status: status, problem: problem)]?.increment()
        }
    }

    private static func outcome(status: Int, problem: Problem.Kind?) -> PublishOutcome {
        switch status {
        case 201: .created
        case 200: .known
        case 503 where problem == .unavailable: .unavailable
        case 500...: .unknown
        default: .refused
        }
    }

    private func series(_ key: Key, isTimed: Bool) -> Series {
        requests.withLock { requests in
            if let known = requests[key] { return known }
            let route = ("route", key.route.rawValue)
            let series = Series(
                count: Counter(
                    label: "tocsin_http_requests_total",
                    dimensions: [("method", key.method), route, ("status", "\(key.statusClass)xx")], factory: factory),
                duration: isTimed
                    ? Timer(label: "tocsin_http_request_duration_seconds", dimensions: [route], factory: factory)
                    : nil)
            requests[key] = series
            return series
        }
    }

    private func counter(of kind: Problem.Kind) -> Counter {
        problems.withLock { problems in
            if let known = problems[kind] { return known }
            let counter = Counter(
                label: "tocsin_http_problems_total", dimensions: [("type", kind.name)], factory: factory)
            problems[kind] = counter
            return counter
        }
    }
}
