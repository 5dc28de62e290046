/// Why something was refused that is right in itself, and may be taken at another time.
///
/// The raw value is its name in metrics.
package enum RefusalReason: String, CaseIterable, Hashable, Sendable {
    // Streams.

    /// There are `--max-connections` of them.
    case connections
    /// Their client's address has `--max-connections-per-address` of them.
    case connectionsPerAddress = "connections_per_address"
    /// The server is ending.
    case draining
    /// The journal cannot tell where one would start.
    case journal
    /// Their token is of a key that is not known, and the key set could not be read anew yet.
    case tokenKey = "token_key"

    // Requests.

    /// Their client's address publishes more often than `--publish-rate`.
    case publishRate = "publish_rate"
    /// A body is longer than `--max-body`.
    case bodySize = "body_size"
    /// All bodies that are being received together are too much.
    case bodiesTogether = "bodies_together"
    /// The request's target and headers are too long.
    case headSize = "head_size"
    /// One did not arrive whole within `--request-timeout`.
    case requestTimeout = "request_timeout"
}
