import Foundation
import Logging
import Tocsin
import TocsinAccess
import TocsinServer

/// The options of `serve`: the only place that knows their names, defaults, ranges and help.
enum ServeOptions {
    static let config = ServeOption<String>(
        "config", valueName: "file", help: "YAML file whose keys are the other options.",
        requirement: "is the path of a file", parse: { $0.isEmpty ? nil : $0 })

    static let host = ServeOption<ListeningHost>(
        "host", valueName: "address", fallback: "127.0.0.1", help: "Address to listen on.",
        requirement: "is an address or the name of a host", parse: ListeningHost.init)

    static let port = ServeOption.number(
        "port", in: 0...65_535, valueName: "number", fallback: "5000",
        help: "Port to listen on; with 0 any that is free, which the log tells.")

    static let tlsCertificate = ServeOption<String>(
        "tls-certificate", valueName: "file",
        help: "Certificate chain (PEM); with it and --tls-key the port speaks HTTPS only, HTTP/2 and HTTP/1.1.",
        requirement: "is the path of a file", parse: { $0.isEmpty ? nil : $0 })

    static let tlsKey = ServeOption<String>(
        "tls-key", valueName: "file", help: "Private key of the certificate (PEM).",
        requirement: "is the path of a file", parse: { $0.isEmpty ? nil : $0 })

    static let insecureOpen = ServeOption<Bool>(
        "insecure-open", .flag, valueName: "", help: "Allow a public --host although there are no access rules.",
        requirement: "is true or false, or 1 or 0",
        parse: { ["true": true, "1": true, "false": false, "0": false][$0] })

    static let allowedHost = ServeOption<String>(
        "allowed-host", .list, valueName: "name",
        help: "Further value of the Host header to accept while there are no access rules; may be repeated.",
        requirement: "is the name of a host, like alarms.example", parse: { Authority($0) == nil ? nil : $0 })

    static let corsOrigin = ServeOption<String>(
        "cors-origin", .list, valueName: "origin",
        help: "Origin whose pages may use the server, or https://*.app.example for all below a name; may be repeated.",
        requirement: OriginPattern.requirement, parse: { OriginPattern($0) == nil ? nil : $0 })

    static let tokenKeyFile = ServeOption<String>(
        "token-key-file", valueName: "file",
        help: "Key of the access tokens: a secret of 32 bytes or more, which may be in TOCSIN_TOKEN_KEY instead, or a "
            + "public key (PEM); with one, requests need a token.",
        requirement: "is the path of a file", parse: { $0.isEmpty ? nil : $0 })

    /// Not on the command line, which every user of the machine can read.
    static let tokenKey = ServeOption<String>(
        "token-key", valueName: "secret", help: "The secret itself, instead of --token-key-file.", isSecret: true,
        requirement: "is a secret", parse: { $0.isEmpty ? nil : $0 })

    static let jwks = ServeOption<KeySetLocation>(
        "jwks", valueName: "file|url",
        help:
            "JSON Web Key Set with public keys of the access tokens, which is read anew when a token names another key.",
        requirement: KeySetLocation.requirement, parse: KeySetLocation.init)

    static let tokenIssuer = ServeOption<String>(
        "token-issuer", valueName: "text", help: "What a token's issuer (iss) must be.",
        requirement: "is a text", parse: { $0.isEmpty ? nil : $0 })

    static let tokenAudience = ServeOption<String>(
        "token-audience", valueName: "text", help: "What a token's audience (aud) must contain.",
        requirement: "is a text", parse: { $0.isEmpty ? nil : $0 })

    static let audit = ServeOption<String>(
        "audit", valueName: "file",
        help: "File to which an object of JSON a line is added for each alarm published or withdrawn, each change of "
            + "access, and what was refused.",
        requirement: "is the path of a file", parse: { $0.isEmpty ? nil : $0 })

    static let data = data(fallback: "tocsin.db")

    static func data(fallback: String) -> ServeOption<DataLocation> {
        ServeOption(
            "data", valueName: "file", fallback: fallback, help: "File of the journal; :memory: keeps nothing.",
            requirement: "is the path of a file, or :memory:", parse: DataLocation.init)
    }

    static let retain = ServeOption.duration(
        "retain", in: .seconds(1) ... .days(36_500), wholeSeconds: true, fallback: "7d",
        help: "How long alarms are kept for resume and lists.")

    static let retainAlarms = ServeOption.number(
        "retain-alarms", in: 1...1_000_000_000_000, valueName: "count", fallback: "1000000",
        help: "How many alarms are kept for resume and lists.")

    static let keyRetention = ServeOption.duration(
        "key-retention", in: .seconds(1) ... .days(36_500), wholeSeconds: true, fallback: "24h",
        help: "How long an idempotency key is remembered, whatever happens to its alarm.")

    static let defaultLanguage = ServeOption<LanguageTag>(
        "default-language", valueName: "tag", help: "Language to send where none of a reader's languages is there.",
        requirement: "is a language tag (BCP 47) like en or en-US", parse: LanguageTag.init)

    static let greeting = ServeOption<String>(
        "greeting", valueName: "text", help: "First event of a user's stream; {user} stands for the user.",
        requirement: "is a text", parse: { $0.isEmpty ? nil : $0 })

    static let heartbeat = ServeOption.duration(
        "heartbeat", in: .seconds(1) ... .seconds(3600), wholeSeconds: true, fallback: "15s",
        help: "Silence after which a stream is told that it lives.")

    static let connections = ServeOption<ConnectionSharing>(
        "connections", valueName: "shared|latest", fallback: "shared",
        help: "Whether all of a user's streams get alarms, or only the newest stays.",
        requirement: "is shared or latest", parse: ConnectionSharing.init(rawValue:))

    static let maxConnections = ServeOption.number(
        "max-connections", in: 1...1_000_000_000, valueName: "count", fallback: "open-file limit − 200",
        help: "Streams at a time.")

    static let maxConnectionsPerUser = ServeOption.number(
        "max-connections-per-user", in: 1...1_000_000_000, valueName: "count",
        help: "Streams at a time of one user; a new one then replaces the oldest.")

    static let maxConnectionsPerAddress = ServeOption.number(
        "max-connections-per-address", in: 1...1_000_000_000, valueName: "count",
        help: "Streams at a time of one client address; IPv6 counts by /64.")

    static let publishRate = ServeOption.number(
        "publish-rate", in: 1...1_000_000, valueName: "count",
        help: "Requests a second of one client address that publish or withdraw.")

    static let trustedProxy = ServeOption<AddressRange>(
        "trusted-proxy", .list, valueName: "address",
        help: "Proxy whose X-Forwarded-For tells the client's address: an address or a range; may be repeated.",
        requirement: "is an IP address or a range of them, like 127.0.0.1 or 10.0.0.0/8", parse: AddressRange.init)

    static let maxBody = ServeOption.number(
        "max-body", in: 1...1_073_741_824, valueName: "bytes", fallback: "1048576",
        help: "Bytes of a request's body.")

    static let requestTimeout = ServeOption.duration(
        "request-timeout", in: .seconds(1) ... .seconds(3600), wholeSeconds: false, fallback: "30s",
        help: "Time for a request to arrive whole.")

    static let streamBuffer = ServeOption.number(
        "stream-buffer", in: 1024...1_073_741_824, valueName: "bytes", fallback: "65536",
        help: "Bytes kept for a slow stream beyond the system's buffer; what is more it reads from the journal later.")

    static let stallTimeout = ServeOption.duration(
        "stall-timeout", in: .seconds(1) ... .seconds(3600), wholeSeconds: true, fallback: "60s",
        help: "Time without a byte taken after which a stream is closed.")

    static let streamLifetime = ServeOption.duration(
        "stream-lifetime", in: .seconds(1) ... .days(36_500), wholeSeconds: true,
        help: "Time after which a stream is ended, less up to a fifth of it at random, and comes back.")

    static let drain = ServeOption.duration(
        "drain", in: .seconds(0) ... .seconds(600), wholeSeconds: false, fallback: "10s",
        help: "Time to end streams and answer publishes at SIGTERM; a second SIGTERM ends at once.")

    static let logLevel = ServeOption<Logger.Level>(
        "log-level", valueName: "level", fallback: "info",
        help: "Least level of what is logged: trace, debug, info, notice, warning, error or critical.",
        requirement: "is trace, debug, info, notice, warning, error or critical", parse: Logger.Level.init(rawValue:))

    static let logFormat = ServeOption<LogFormat>(
        "log-format", valueName: "text|json", fallback: "text", help: "How a line of the log is written.",
        requirement: "is text or json", parse: LogFormat.init(rawValue:))

    /// What the server needs to know; what is no secret a configuration file may set. In the order of the help.
    static let all: [OptionDescription] = [
        host.description, port.description, tlsCertificate.description, tlsKey.description, insecureOpen.description,
        allowedHost.description, corsOrigin.description, tokenKeyFile.description, tokenKey.description,
        jwks.description,
        tokenIssuer.description, tokenAudience.description, audit.description,
        data.description, retain.description, retainAlarms.description, keyRetention.description,
        defaultLanguage.description, greeting.description, heartbeat.description, connections.description,
        maxConnections.description, maxConnectionsPerUser.description, maxConnectionsPerAddress.description,
        publishRate.description, trustedProxy.description, maxBody.description, requestTimeout.description,
        streamBuffer.description, stallTimeout.description, streamLifetime.description, drain.description,
        logLevel.description, logFormat.description,
    ]

    /// What the command line gives. In the order of the help.
    static let onCommandLine = [config.description] + all.filter { !$0.isSecret }

    /// What the environment gives.
    static let inEnvironment = [config.description] + all
}

/// Where the journal is.
enum DataLocation: Hashable, Sendable, CustomStringConvertible {
    case memory
    case file(String)

    init?(_ text: String) {
        switch text {
        case "": return nil
        case ":memory:": self = .memory
        default: self = .file(text)
        }
    }

    var description: String {
        switch self {
        case .memory: ":memory:"
        case .file(let path): path
        }
    }

    /// The same wherever one is: a path begins with `/`.
    var absolute: DataLocation {
        switch self {
        case .memory: self
        case .file(let path): .file(URL(fileURLWithPath: path).standardizedFileURL.path)
        }
    }
}

/// Whether a user's streams share the alarms.
enum ConnectionSharing: String, Hashable, Sendable {
    case shared
    case latest
}
