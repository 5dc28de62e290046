import ServerSentEvents

/// How a stream is served, whatever its events.
struct EventStreamSettings: Sendable {
    /// Above zero.
    var heartbeat: Duration?
    var retry: ReconnectionTime?
    var retryAfterShutdown: ReconnectionTime?
    var clock: any Clock<Duration>

    /// How long a client may leave the end of its response lie when the server shuts down.
    static let shutdownGrace = Duration.seconds(5)
}
