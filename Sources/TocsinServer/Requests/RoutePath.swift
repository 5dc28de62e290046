import TocsinWeb

/// A path that there is, and what is at it. What ``all`` does not list cannot be reached.
package struct RoutePath: Sendable {
    /// `/connection/{user}`: a name in braces stands for any one segment that is not empty.
    package let template: String
    /// `nil` for the one in braces.
    private let segments: [String?]
    private let route: @Sendable (String) -> Route

    /// - Parameter route: makes the route from the segment in braces.
    private init(_ template: String, _ route: @escaping @Sendable (String) -> Route) {
        self.template = template
        self.route = route
        segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            $0.hasPrefix("{") ? nil : String($0)
        }
    }

    /// Those that are asked for most often come first.
    package static let all: [RoutePath] =
        [
            RoutePath("/alarms") { _ in .alarms },
            RoutePath("/connection/{user}") { .userStream(user: $0) },
            RoutePath("/events") { _ in .topicStream },
            RoutePath("/alarms/{id}") { .alarm(id: $0) },
            RoutePath("/users/{user}/alarms") { .userAlarms(user: $0) },
            RoutePath("/topics/{topic}/alarms") { .topicAlarms(topic: $0) },
            RoutePath("/health") { _ in .health },
            RoutePath("/ready") { _ in .ready },
            RoutePath("/metrics") { _ in .metrics },
            RoutePath("/revocations") { _ in .revocations },
            RoutePath("/keys") { _ in .apiKeys },
            RoutePath("/keys/{name}") { .apiKey(name: $0) },
        ] + WebAsset.allCases.map { asset in RoutePath(asset.path) { _ in .asset(asset) } }

    /// What can be done there.
    package var methods: [String] { route("").methods }

    /// - Parameter path: segments, decoded.
    /// - Returns: `nil` where this is another path.
    func route(at path: [String]) -> Route? {
        guard path.count == segments.count else { return nil }
        var parameter = ""
        for (wanted, segment) in zip(segments, path) {
            guard let wanted else {
                guard !segment.isEmpty else { return nil }
                parameter = segment
                continue
            }
            guard wanted == segment else { return nil }
        }
        return route(parameter)
    }
}
