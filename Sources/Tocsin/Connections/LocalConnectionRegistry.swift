import NIOConcurrencyHelpers

/// The registry of a server that has its streams to itself.
package final class LocalConnectionRegistry: ConnectionRegistry {
    private struct Holder {
        let number: UInt64
        let onReplaced: @Sendable () -> Void
    }

    private struct State {
        var holders: [ConnectionPlace: Holder] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    package func claim(_ place: ConnectionPlace, onReplaced: @escaping @Sendable () -> Void) async -> ConnectionClaim {
        let (number, loser) = state.withLockedValue { state in
            state.lastNumber += 1
            let loser = state.holders.updateValue(
                Holder(number: state.lastNumber, onReplaced: onReplaced), forKey: place)
            return (state.lastNumber, loser)
        }
        loser?.onReplaced()
        return ConnectionClaim(place: place, number: number)
    }

    package func release(_ claim: ConnectionClaim) {
        state.withLockedValue { state in
            if state.holders[claim.place]?.number == claim.number {
                state.holders[claim.place] = nil
            }
        }
    }
}
