import Logging
import Tocsin

/// What every connection of a server shares; a class, since each of many connections refers to it.
final class ConnectionConfiguration: Sendable {
    let hub: Hub
    let gate: StreamGate
    let limits: ConnectionLimits
    let open: OpenConnections
    let logger: Logger

    init(hub: Hub, gate: StreamGate, limits: ConnectionLimits, open: OpenConnections, logger: Logger) {
        self.hub = hub
        self.gate = gate
        self.limits = limits
        self.open = open
        self.logger = logger
    }
}
