import Logging
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
    let logger: Logger

    init(
        hub: Hub, gate: StreamGate, clients: ClientAddresses = ClientAddresses(), limits: ConnectionLimits,
        maximumBody: Int, open: OpenConnections, logger: Logger
    ) {
        self.hub = hub
        self.gate = gate
        self.clients = clients
        self.limits = limits
        self.maximumBody = maximumBody
        self.open = open
        self.logger = logger
    }
}
