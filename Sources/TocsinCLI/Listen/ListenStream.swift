import AsyncHTTPClient
import EventSourceClient
import HTTPTypes
import ServerSentEvents
import Tocsin

/// What `tocsin listen` listens to.
struct ListenStream: Hashable, Sendable {
    let url: String
    let token: String?
    var languages: String?
    var lastEventID = EventID.none
    /// A file of certificates in PEM that are trusted instead of the system's.
    var trustedCertificates: String?
    /// What to do where the server refuses.
    var cure = RefusalCure()

    /// The stream of a user, with topics, or of topics alone; below the server's URL.
    static func path(user: String?, topics: [String]) -> String {
        let query = topics.map { "topic=\($0.percentEncoded)" }.joined(separator: "&")
        let path = user.map { "connection/\($0.percentEncoded)" } ?? "events"
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    func source(_ client: HTTPClient) -> EventSource {
        var options = EventSource.Options()
        options.lastEventID = lastEventID
        // Who listens from a shell waits for a server that is being restarted.
        options.retriedStatuses = EventSource.Options.temporaryStatuses
        options.headerFields[.userAgent] = "tocsin/\(TocsinCommand.version)"
        options.headerFields[.acceptLanguage] = languages
        options.headerFields[.authorization] = token.map { "Bearer \($0)" }
        return EventSource(url: url, options: options, httpClient: client)
    }

    var clientConfiguration: HTTPClient.Configuration {
        var configuration = EventSource.httpClientConfiguration
        configuration.tlsConfiguration = TrustedCertificates.configuration(trustedCertificates)
        return configuration
    }
}
