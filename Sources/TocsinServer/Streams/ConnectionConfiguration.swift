import NIOCore
import Tocsin

/// What every connection of a server shares.
struct ConnectionConfiguration: Sendable {
    /// Bytes of a request's target and headers together.
    static let maximumHeadSize = 16 << 10

    let hub: Hub
    let gate: StreamGate
    /// For a request to arrive whole: from the connection's start or the end of the answer before.
    var requestTimeout: TimeAmount = .seconds(30)
    /// For a peer to take the last bytes of a connection that is being closed.
    var lingerTime: TimeAmount = .seconds(1)
    /// Bytes that a stream's channel may hold before it counts as not writable, and down to which it must come to count as
    /// writable again.
    var streamBuffer = ChannelOptions.Types.WriteBufferWaterMark(low: 16 << 10, high: 64 << 10)

    init(hub: Hub, gate: StreamGate) {
        self.hub = hub
        self.gate = gate
    }
}
