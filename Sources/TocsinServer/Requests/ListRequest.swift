package import Tocsin

/// A request for a page of alarms: `GET /users/{user}/alarms` or `GET /topics/{topic}/alarms`.
package struct ListRequest: Hashable, Sendable {
    package static let limitRange = 1...1000
    package static let defaultLimit = 100

    /// `nil` for a list of a topic.
    package let user: Name?
    /// Each once.
    package let topics: [Name]
    /// The alarm after which the page starts, in its order; `nil` for the first page. It is a text that a client sent,
    /// and need not be an id.
    package let after: String?
    /// How many alarms a page has at most; in ``limitRange``.
    package let limit: Int
    package let order: AlarmOrder
    package let languages: LanguagePreference

    /// Whose alarms: each once.
    package var addresses: [Address] { .concerning(user, topics) }

    /// - Parameters:
    ///   - route: a list.
    ///   - query: of the request's target.
    ///   - header: gives the values of a request's header field, by a name whose case does not matter.
    /// - Throws: a ``Problem``: 404 where `route` is no list, 400 for a name or parameter that is wrong.
    package init(_ route: Route, _ query: QueryParameters, header: (String) -> [String]) throws(Problem) {
        switch route {
        case .userAlarms(let user):
            self.user = try Name(user, of: "the user in the path")
            topics = try query.topics()
        case .topicAlarms(let topic):
            user = nil
            topics = [try Name(topic, of: "the topic in the path")]
        default:
            throw .notFound(path: "this path")
        }
        let after = try query.value(of: "after")
        // A stream that began with everything kept has been told this as its position.
        self.after = after == "" || after == Block.earliestID ? nil : after
        limit = try Self.limit(query)
        order = try Self.order(query)
        languages = query.languages(header: header)
    }

    private static func limit(_ query: QueryParameters) throws(Problem) -> Int {
        guard let text = try query.value(of: "limit") else { return defaultLimit }
        let isNumber = text.utf8.allSatisfy { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
        guard isNumber, let limit = Int(text), limitRange.contains(limit) else {
            throw .badParameter(
                "limit",
                "this must be a number from \(limitRange.lowerBound) to \(limitRange.upperBound)"
            )
        }
        return limit
    }

    private static func order(_ query: QueryParameters) throws(Problem) -> AlarmOrder {
        guard let text = try query.value(of: "order") else { return .oldest }
        guard let order = AlarmOrder(rawValue: text) else {
            throw .badParameter("order", "this must be newest or oldest")
        }
        return order
    }
}
