package import Tocsin

/// A request for a stream: `GET /connection/{user}` or `GET /events`.
package struct StreamRequest: Hashable, Sendable {
    /// How many topics a stream listens to at most.
    package static let maximumTopics = 100

    /// `nil` for a stream of topics only.
    package let user: Name?
    /// Each once, in the order of the request.
    package let topics: [Name]
    package let resume: ResumePoint
    package let languages: LanguagePreference
    /// The tab or device that the stream belongs to.
    package let client: Name?

    /// What it listens to: each once.
    package var addresses: [Address] { .concerning(user, topics) }
}

extension StreamRequest {
    /// What is to be done with a request for a stream.
    package enum Decision: Hashable, Sendable {
        case open(StreamRequest)
        /// It comes from a stream that was replaced: 204 without a body keeps the browser from coming again.
        case stayReplaced
    }

    /// - Parameters:
    ///   - route: a stream.
    ///   - query: of the request's target.
    ///   - header: gives the values of a request's header field, by a name whose case does not matter.
    /// - Throws: a ``Problem``: 404 where `route` is no stream, 400 for a name or parameter that is wrong.
    package static func decide(
        _ route: Route,
        _ query: QueryParameters,
        header: (String) -> [String]
    ) throws(Problem) -> Decision {
        var user: Name?
        switch route {
        case .userStream(let text): user = try Name(text, of: "the user in the path")
        case .topicStream: break
        default: throw .notFound(path: "this path")
        }
        let topics = try query.topics()
        guard user != nil || !topics.isEmpty else {
            throw .badParameter("topic", "a stream of topics needs at least one: /events?topic=news")
        }
        let client = try query.value(of: "client").map { client throws(Problem) in try Name(client, of: "client") }
        let resume = try ResumePoint(query, header: header)
        guard resume != .after(ResumePoint.replaced) else { return .stayReplaced }
        return .open(
            StreamRequest(
                user: user,
                topics: topics,
                resume: resume,
                languages: query.languages(header: header),
                client: client
            )
        )
    }
}

// What requests for streams and for lists have in common.

extension Name {
    /// - Parameter place: where in the request it is.
    init(_ text: String, of place: String) throws(Problem) {
        do throws(InvalidName) {
            try self.init(text)
        } catch {
            throw .badParameter(place, error)
        }
    }
}

extension QueryParameters {
    /// The topics that are named, each once.
    func topics() throws(Problem) -> [Name] {
        var topics: [Name] = []
        var seen: Set<Name> = []
        for text in values(of: "topic") {
            let topic = try Name(text, of: "topic")
            guard seen.insert(topic).inserted else { continue }
            guard topics.count < StreamRequest.maximumTopics else {
                throw .badParameter(
                    "topic",
                    "there are more than \(StreamRequest.maximumTopics); open several streams, or use broader topics"
                )
            }
            topics.append(topic)
        }
        return topics
    }

    /// The languages of `lang` where it is given, else of `Accept-Language`.
    func languages(header: (String) -> [String]) -> LanguagePreference {
        let parameter = values(of: "lang").joined(separator: ",")
        return LanguagePreference(parameter.isEmpty ? header("Accept-Language").joined(separator: ",") : parameter)
    }
}
