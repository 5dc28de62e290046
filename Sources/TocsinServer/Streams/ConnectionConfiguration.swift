import Logging
import NIOCore
import Tocsin

/// What every connection of a server shares; a class, since each of many connections refers to it.
final class ConnectionConfiguration: Sendable {
    let hub: Hub
    let gate: StreamGate
    let clients: ClientAddresses
    let limits: ConnectionLimits
    /// Bytes of a request's body.
    let maximumBody: Int
    let open: OpenConnections
    /// Whether connections are over TLS.
    let isSecure: Bool
    let logger: Logger

    init(
        hub: Hub, gate: StreamGate, clients: ClientAddresses = ClientAddresses(), limits: ConnectionLimits,
        maximumBody: Int, open: OpenConnections, isSecure: Bool = false, logger: Logger
    ) {
        self.hub = hub
        self.gate = gate
        self.clients = clients
        self.limits = limits
        self.maximumBody = maximumBody
        self.open = open
        self.isSecure = isSecure
        self.logger = logger
    }

    /// Takes a new connection in.
    func begin(_ channel: any Channel) throws {
        open.add(channel)
        // It is never freed as long as the connection lives, so it must be small before the first byte comes.
        try channel.syncOptions?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 512))
    }
}
