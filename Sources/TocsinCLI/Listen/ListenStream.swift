import AsyncHTTPClient
import EventSourceClient
import HTTPTypes
import ServerSentEvents

/// What `tocsin listen` listens to.
struct ListenStream: Hashable, Sendable {
    let url: String
    let token: String?
    var languages: String?
    var lastEventID = EventID.none
    /// A file of certificates in PEM that are trusted instead of the system's.
    var trustedCertificates: String?

    /// The stream of a user, with topics, or of topics alone; below the server's URL.
    static func path(user: String?, topics: [String]) -> String {
        let query = topics.map { "topic=\(encoded($0))" }.joined(separator: "&")
        let path = user.map { "connection/\(encoded($0))" } ?? "events"
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// - Returns: the name with all but the unreserved characters encoded (RFC 3986 2.3), which means the same everywhere.
    private static func encoded(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
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
