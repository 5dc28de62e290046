import Logging
import Tocsin

/// What every connection of a server shares; a class, since each of many connections refers to it.
final class ConnectionConfiguration: Sendable {
    let hub: Hub
    let gate: StreamGate
    let limits: ConnectionLimits
    let logger: Logger

    init(hub: Hub, gate: StreamGate, limits: ConnectionLimits, logger: Logger) {
        self.hub = hub
        self.gate = gate
        self.limits = limits
        self.logger = logger
    }
}
