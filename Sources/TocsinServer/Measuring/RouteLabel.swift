import TocsinWeb

/// What a route is called in metrics and logs: a closed set, in which no name of a user is.
enum RouteLabel: String, CaseIterable, Hashable, Sendable {
    case userStream = "/connection/{user}"
    case topicStream = "/events"
    case alarms = "/alarms"
    case alarm = "/alarms/{id}"
    case userAlarms = "/users/{user}/alarms"
    case topicAlarms = "/topics/{topic}/alarms"
    case health = "/health"
    case ready = "/ready"
    case metrics = "/metrics"
    case revocations = "/revocations"
    case apiKeys = "/keys"
    case apiKey = "/keys/{name}"
    /// The page and what belongs to it.
    case file
    case unknown
}

extension Route {
    var label: RouteLabel {
        switch self {
        case .asset: .file
        case .health: .health
        case .ready: .ready
        case .metrics: .metrics
        case .userStream: .userStream
        case .topicStream: .topicStream
        case .alarms: .alarms
        case .alarm: .alarm
        case .userAlarms: .userAlarms
        case .topicAlarms: .topicAlarms
        case .revocations: .revocations
        case .apiKeys: .apiKeys
        case .apiKey: .apiKey
        case .unknown: .unknown
        }
    }

    /// The path, with braces where names are.
    var template: String {
        switch self {
        case .asset(let asset): asset.path
        case .unknown: "an unknown path"
        default: label.rawValue
        }
    }
}
