package import TocsinWeb

/// What is at a path. Names and ids in it are not checked yet.
package enum Route: Hashable, Sendable {
    /// A file for browsers: the page at `/` and what belongs to it.
    case asset(WebAsset)
    case health
    case ready
    case metrics
    /// `/connection/{user}`
    case userStream(user: String)
    /// `/events`
    case topicStream
    /// `/alarms`
    case alarms
    /// `/alarms/{id}`
    case alarm(id: String)
    /// `/users/{user}/alarms`
    case userAlarms(user: String)
    /// `/topics/{topic}/alarms`
    case topicAlarms(topic: String)
    /// `/revocations`
    case revocations
    /// `/keys`
    case apiKeys
    /// `/keys/{name}`
    case apiKey(name: String)
    case unknown

    package init(_ target: RequestTarget) {
        self = RoutePath.all.lazy.compactMap { $0.route(at: target.segments) }.first ?? .unknown
    }

    /// What can be done with it, besides the `OPTIONS` of a preflight; empty where there is nothing.
    package var methods: [String] {
        switch self {
        case .asset, .health, .ready, .metrics, .userStream, .topicStream, .userAlarms, .topicAlarms: ["GET", "HEAD"]
        case .alarms, .revocations: ["POST"]
        case .apiKeys: ["GET", "HEAD", "POST"]
        case .apiKey: ["DELETE"]
        case .alarm: ["GET", "HEAD", "DELETE"]
        case .unknown: []
        }
    }

    /// Whether such a request gives the journal something to store.
    func publishes(method: String) -> Bool {
        switch self {
        case .alarms: method == "POST"
        case .alarm: method == "DELETE"
        default: false
        }
    }

    /// Whether such a request needs a token, where there are access rules.
    func needsToken(method: String) -> Bool {
        switch self {
        case .asset, .health, .ready, .unknown: false
        case .userStream, .topicStream, .alarms, .alarm, .userAlarms, .topicAlarms, .metrics, .revocations, .apiKeys,
            .apiKey:
            methods.contains(method)
        }
    }

    package var isStream: Bool {
        switch self {
        case .userStream, .topicStream: true
        default: false
        }
    }

    package var isList: Bool {
        switch self {
        case .userAlarms, .topicAlarms: true
        default: false
        }
    }

    /// Whether it answers anyone, so that what watches over the process needs no name and no token.
    package var isProbe: Bool { self == .health || self == .ready }
}
