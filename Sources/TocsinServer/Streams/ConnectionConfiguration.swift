import Tocsin

/// What every connection of a server shares.
struct ConnectionConfiguration: Sendable {
    let hub: Hub
    let gate: StreamGate
    let limits: ConnectionLimits
}
