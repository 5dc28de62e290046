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
    case unknown

    package init(_ target: RequestTarget) {
        let segments = target.segments
        let parameter = segments.count > 1 ? segments[1] : ""
        switch (segments.count, segments[0]) {
        case (1, "health"): self = .health
        case (1, "ready"): self = .ready
        case (1, "metrics"): self = .metrics
        case (1, "events"): self = .topicStream
        case (1, "alarms"): self = .alarms
        case (1, let name):
            self = WebAsset(rawValue: "/\(name)").map { .asset($0) } ?? .unknown
        case (_, _) where parameter.isEmpty: self = .unknown
        case (2, "connection"): self = .userStream(user: parameter)
        case (2, "alarms"): self = .alarm(id: parameter)
        case (3, "users") where segments[2] == "alarms": self = .userAlarms(user: parameter)
        case (3, "topics") where segments[2] == "alarms": self = .topicAlarms(topic: parameter)
        default: self = .unknown
        }
    }

    /// What can be done with it, besides the `OPTIONS` of a preflight; empty where there is nothing.
    package var methods: [String] {
        switch self {
        case .asset, .health, .ready, .metrics, .userStream, .topicStream, .userAlarms, .topicAlarms:
            ["GET", "HEAD"]
        case .alarms: ["POST"]
        case .alarm: ["GET", "HEAD", "DELETE"]
        case .unknown: []
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
