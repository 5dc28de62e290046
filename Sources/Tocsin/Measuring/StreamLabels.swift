/// What a stream goes over; the raw value is its name in metrics, that of ALPN for connections.
package enum StreamProtocol: String, CaseIterable, Hashable, Sendable {
    case http1 = "http/1.1"
    case http2 = "h2"
    /// Its reader is in the same process.
    case inProcess = "in-process"
}

/// How a stream came to its end; the raw value is its name in metrics.
package enum StreamEnd: String, CaseIterable, Hashable, Sendable {
    /// Its client left, or the connection broke.
    case left
    /// Another stream took its place.
    case replaced
    /// Its client took nothing for too long.
    case stalled
    /// Its `--stream-lifetime` was over.
    case outlived
    /// What it was let in with, a token, has expired.
    case expired
    /// What it was let in with, a token, was revoked.
    case revoked
    /// The server is ending.
    case drained
}

/// Why a stream is sent alarms of the past; the raw value is its name in metrics.
package enum CatchUp: String, CaseIterable, Hashable, Sendable {
    /// It resumes.
    case resume
    /// Its client took less than came.
    case slow
}
