import NIOCore
package import Tocsin
package import TocsinAccess

/// How a server is to run.
package struct ServerConfiguration: Sendable {
    /// The address to listen on: a name, or an IPv4 or IPv6 address.
    package var host = "127.0.0.1"
    /// 0 takes any that is free.
    package var port = 5000
    /// Further `Host` values that are accepted while there are no access rules.
    package var allowedHosts: [String] = []
    /// Origins whose pages may use the server.
    package var corsOrigins: [String] = []
    /// Bytes of a request's body.
    package var maximumBody = 1_048_576
    /// For a request to arrive whole.
    package var requestTimeout = Duration.seconds(30)
    /// Requests a second that publish or withdraw, of one client address; `nil` for as many as it likes.
    package var publishRate: Int?
    /// Proxies whose `X-Forwarded-For` says for which address a request counts.
    package var trustedProxies: [AddressRange] = []
    /// Bytes that a stream's channel may hold, beyond what the system takes, before the stream falls back to reading the
    /// journal.
    package var streamBuffer = 65_536
    /// For streams to end and publishes to be answered when the server is told to stop.
    package var drain = Duration.seconds(10)
    /// Connections at a time, of which streams are the most; beyond it new ones wait in the system's queue.
    package var maximumOpenConnections = Int.max
    /// With one, there are access rules: a request needs a token that it knows.
    package var authenticator: Authenticator?
    /// With one, what is done and refused is written down.
    package var auditLog: AuditLog?
    /// With one, what is spoken is TLS.
    package var certificate: ServerCertificate?
    package var hub = Hub.Configuration()

    package init() {}

    var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.requestTimeout = TimeAmount(requestTimeout)
        limits.stallTimeout = .seconds(Int64(hub.shard.stallTimeout))
        limits.streamBuffer = .init(low: max(1, streamBuffer / 4), high: streamBuffer)
        return limits
    }
}
