import Logging
import Tocsin
import TocsinServer

/// What `serve` is to do, read from its options.
struct ServeSettings: Sendable {
    /// How many open files are left for all that is not a stream.
    static let filesBesideStreams = 200

    var configuration: ServerConfiguration
    var data: DataLocation
    /// With them, what is spoken is TLS.
    let certificateFiles: CertificateFiles?
    /// Path of the audit log, if there is to be one.
    let audit: String?
    /// `nil` while there are no access rules.
    let accessRules: AccessRules?
    let logLevel: Logger.Level
    let logFormat: LogFormat
    /// Whether anyone who reaches the host may do anything.
    let isOpenToAll: Bool
    /// Whether revocations and API keys end with the server, which may not have been thought of.
    var forgetsAccess: Bool { accessRules != nil && data == .memory }
    /// What was given and has no effect, since there are access rules.
    let idleOptions: [OptionDescription]

    /// - Parameters:
    ///   - options: what was given.
    ///   - openFileLimit: how many files the process may have open.
    /// - Throws: ``CommandFailure`` that names the option when a value cannot be used.
    init(_ options: OptionReader, openFileLimit: Int) throws(CommandFailure) {
        var server = ServerConfiguration()
        let host = try options.value(ServeOptions.host)
        server.host = host?.string ?? server.host
        server.port = try options.value(ServeOptions.port) ?? server.port
        server.allowedHosts = try options.values(ServeOptions.allowedHost)
        server.corsOrigins = try options.values(ServeOptions.corsOrigin)
        server.maximumBody = try options.value(ServeOptions.maxBody) ?? server.maximumBody
        server.requestTimeout = try options.value(ServeOptions.requestTimeout)?.duration ?? server.requestTimeout
        server.publishRate = try options.value(ServeOptions.publishRate)
        server.trustedProxies = try options.values(ServeOptions.trustedProxy)
        server.streamBuffer = try options.value(ServeOptions.streamBuffer) ?? server.streamBuffer
        server.drain = try options.value(ServeOptions.drain)?.duration ?? server.drain
        server.hub.retention.age = try options.value(ServeOptions.retain)?.wholeSeconds ?? server.hub.retention.age
        server.hub.retention.alarms = try options.value(ServeOptions.retainAlarms) ?? server.hub.retention.alarms
        server.hub.retention.keyAge =
            try options.value(ServeOptions.keyRetention)?.wholeSeconds ?? server.hub.retention.keyAge
        server.hub.greeting = try options.value(ServeOptions.greeting)
        server.hub.maximumConnectionsPerUser = try options.value(ServeOptions.maxConnectionsPerUser)
        if try options.value(ServeOptions.connections) == .latest { server.hub.maximumConnectionsPerUser = 1 }
        server.hub.maximumConnectionsPerAddress = try options.value(ServeOptions.maxConnectionsPerAddress)
        server.hub.shard.catchUpBytes = min(server.hub.shard.catchUpBytes, server.streamBuffer)
        server.hub.shard.stallTimeout =
            try options.value(ServeOptions.stallTimeout)?.wholeSeconds ?? server.hub.shard.stallTimeout
        server.hub.shard.streamLifetime = try options.value(ServeOptions.streamLifetime)?.wholeSeconds
        server.hub.shard.defaultLanguage = try options.value(ServeOptions.defaultLanguage)
        server.hub.shard.heartbeat =
            try options.value(ServeOptions.heartbeat)?.wholeSeconds ?? server.hub.shard.heartbeat
        server.hub.maximumConnections = try Self.maximumConnections(options, openFileLimit: openFileLimit)
        // Requests find room beside the streams, and the journal's files beside both.
        server.maximumOpenConnections = max(
            server.hub.maximumConnections + 1, openFileLimit - Self.filesBesideStreams / 2)
        logLevel = try options.value(ServeOptions.logLevel) ?? .info
        logFormat = try options.value(ServeOptions.logFormat) ?? .text
        data = try options.value(ServeOptions.data) ?? .file("tocsin.db")

        audit = try options.value(ServeOptions.audit)
        if let audit, DataLocation(audit)?.absolute == data.absolute {
            throw CommandFailure("--audit \(audit) is the data file; give the audit log a file of its own")
        }

        certificateFiles = try Self.certificateFiles(options)
        accessRules = try AccessRules(options)

        let isPublic = host?.isLoopback == false
        // Read in any case, so that a wrong value does not wait for the day it matters.
        let isOpenMeant = try options.value(ServeOptions.insecureOpen) == true
        if isPublic, accessRules == nil, !isOpenMeant {
            throw CommandFailure(
                "--host \(server.host) is public and there are no access rules; ask for tokens with --token-key-file, "
                    + "listen on 127.0.0.1, or allow anyone to publish and listen with --insecure-open")
        }
        isOpenToAll = isPublic && accessRules == nil
        let idle = [
            (ServeOptions.insecureOpen.description, isOpenMeant),
            (ServeOptions.allowedHost.description, !server.allowedHosts.isEmpty),
        ]
        idleOptions = accessRules == nil ? [] : idle.filter(\.1).map(\.0)
        configuration = server
    }

    private static func certificateFiles(_ options: OptionReader) throws(CommandFailure) -> CertificateFiles? {
        let certificate = try options.value(ServeOptions.tlsCertificate)
        let key = try options.value(ServeOptions.tlsKey)
        switch (certificate, key) {
        case (let certificate?, let key?):
            return CertificateFiles(certificate: certificate, key: key)
        case (let certificate?, nil):
            throw CommandFailure("--tls-certificate \(certificate) needs its private key; give it with --tls-key FILE")
        case (nil, let key?):
            throw CommandFailure(
                "--tls-key \(key) needs the certificate that it belongs to; give it with --tls-certificate FILE")
        case (nil, nil):
            return nil
        }
    }

    private static func maximumConnections(
        _ options: OptionReader, openFileLimit: Int
    ) throws(CommandFailure) -> Int {
        let most = max(1, openFileLimit - filesBesideStreams)
        guard let count = try options.value(ServeOptions.maxConnections) else { return most }
        guard count <= most else {
            throw options.failure(
                ServeOptions.maxConnections.description,
                "\(count) is more than the \(most) that the limit of \(openFileLimit) open files allows; "
                    + "raise it to \(count + filesBesideStreams) with 'ulimit -n', or LimitNOFILE in a systemd unit")
        }
        return count
    }
}
