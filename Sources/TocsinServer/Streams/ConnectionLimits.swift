import NIOCore

/// How long a connection waits, and how much it holds.
struct ConnectionLimits: Sendable {
    /// Bytes of a request's target and headers together.
    static let headSize = 16 << 10

    /// For a request to arrive whole: from the connection's start or the end of the answer before.
    var requestTimeout: TimeAmount = .seconds(30)
    /// For a peer that takes nothing of the last bytes of a connection.
    var stallTimeout: TimeAmount = .seconds(60)
    /// For a peer to close a connection whose last bytes have left.
    var lingerTime: TimeAmount = .seconds(1)
    /// Bytes that a stream's channel may hold before it counts as not writable, and down to which it must come to count as
    /// writable again.
    var streamBuffer = ChannelOptions.Types.WriteBufferWaterMark(low: 16 << 10, high: 64 << 10)
}
