import ArgumentParser

/// What differs between the commands that are servers.
protocol ServerDefaults {
    static var data: ServeOption<DataLocation> { get }
}

enum ServeDefaults: ServerDefaults {
    static let data = ServeOptions.data
}

typealias ServeArguments = ServerArguments<ServeDefaults>

/// What the command line says of a server, for every command that is one.
struct ServerArguments<Defaults: ServerDefaults>: ParsableArguments {
    @Option(ServeOptions.config) var config: String?
    @Option(ServeOptions.host) var host: String?
    @Option(ServeOptions.port) var port: String?
    @Option(ServeOptions.tlsCertificate) var tlsCertificate: String?
    @Option(ServeOptions.tlsKey) var tlsKey: String?
    @Flag(ServeOptions.insecureOpen) var insecureOpen = false
    @Option(ServeOptions.allowedHost) var allowedHost: [String] = []
    @Option(ServeOptions.corsOrigin) var corsOrigin: [String] = []
    @Option(ServeOptions.tokenKeyFile) var tokenKeyFile: String?
    @Option(ServeOptions.jwks) var jwks: String?
    @Option(ServeOptions.tokenIssuer) var tokenIssuer: String?
    @Option(ServeOptions.tokenAudience) var tokenAudience: String?
    @Option(ServeOptions.audit) var audit: String?
    @Option(Defaults.data) var data: String?
    @Option(ServeOptions.retain) var retain: String?
    @Option(ServeOptions.retainAlarms) var retainAlarms: String?
    @Option(ServeOptions.keyRetention) var keyRetention: String?
    @Option(ServeOptions.defaultLanguage) var defaultLanguage: String?
    @Option(ServeOptions.greeting) var greeting: String?
    @Option(ServeOptions.heartbeat) var heartbeat: String?
    @Option(ServeOptions.connections) var connections: String?
    @Option(ServeOptions.maxConnections) var maxConnections: String?
    @Option(ServeOptions.maxConnectionsPerUser) var maxConnectionsPerUser: String?
    @Option(ServeOptions.maxConnectionsPerAddress) var maxConnectionsPerAddress: String?
    @Option(ServeOptions.publishRate) var publishRate: String?
    @Option(ServeOptions.trustedProxy) var trustedProxy: [String] = []
    @Option(ServeOptions.maxBody) var maxBody: String?
    @Option(ServeOptions.requestTimeout) var requestTimeout: String?
    @Option(ServeOptions.streamBuffer) var streamBuffer: String?
    @Option(ServeOptions.stallTimeout) var stallTimeout: String?
    @Option(ServeOptions.streamLifetime) var streamLifetime: String?
    @Option(ServeOptions.drain) var drain: String?
    @Option(ServeOptions.logLevel) var logLevel: String?
    @Option(ServeOptions.logFormat) var logFormat: String?

    /// What the command line says, for each option.
    var given: [OptionDescription: GivenValue] {
        [
            ServeOptions.config.description: .text(config),
            ServeOptions.host.description: .text(host),
            ServeOptions.port.description: .text(port),
            ServeOptions.tlsCertificate.description: .text(tlsCertificate),
            ServeOptions.tlsKey.description: .text(tlsKey),
            ServeOptions.insecureOpen.description: .flag(insecureOpen),
            ServeOptions.allowedHost.description: .list(allowedHost),
            ServeOptions.corsOrigin.description: .list(corsOrigin),
            ServeOptions.tokenKeyFile.description: .text(tokenKeyFile),
            ServeOptions.jwks.description: .text(jwks),
            ServeOptions.tokenIssuer.description: .text(tokenIssuer),
            ServeOptions.tokenAudience.description: .text(tokenAudience),
            ServeOptions.audit.description: .text(audit),
            ServeOptions.data.description: .text(data),
            ServeOptions.retain.description: .text(retain),
            ServeOptions.retainAlarms.description: .text(retainAlarms),
            ServeOptions.keyRetention.description: .text(keyRetention),
            ServeOptions.defaultLanguage.description: .text(defaultLanguage),
            ServeOptions.greeting.description: .text(greeting),
            ServeOptions.heartbeat.description: .text(heartbeat),
            ServeOptions.connections.description: .text(connections),
            ServeOptions.maxConnections.description: .text(maxConnections),
            ServeOptions.maxConnectionsPerUser.description: .text(maxConnectionsPerUser),
            ServeOptions.maxConnectionsPerAddress.description: .text(maxConnectionsPerAddress),
            ServeOptions.publishRate.description: .text(publishRate),
            ServeOptions.trustedProxy.description: .list(trustedProxy),
            ServeOptions.maxBody.description: .text(maxBody),
            ServeOptions.requestTimeout.description: .text(requestTimeout),
            ServeOptions.streamBuffer.description: .text(streamBuffer),
            ServeOptions.stallTimeout.description: .text(stallTimeout),
            ServeOptions.streamLifetime.description: .text(streamLifetime),
            ServeOptions.drain.description: .text(drain),
            ServeOptions.logLevel.description: .text(logLevel),
            ServeOptions.logFormat.description: .text(logFormat),
        ]
    }

    /// Told in the help of every command that is a server.
    static var discussion: String {
        """
        Each option is also an environment variable and a key of the YAML file of --config: --max-connections is \
        TOCSIN_MAX_CONNECTIONS and max-connections:. The command line wins, then the environment, then the file. \
        Lists have commas between their elements in a variable. A duration is a number of seconds, or 250ms, 30s, \
        5m, 12h, 7d. Paths begin at the working directory, in the file too.
        """
    }
}
