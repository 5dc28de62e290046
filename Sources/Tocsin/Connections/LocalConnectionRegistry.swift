import NIOConcurrencyHelpers

/// The registry of a server that has its streams to itself.
package final class LocalConnectionRegistry: ConnectionRegistry {
    private struct Holder {
        let number: UInt64
        let client: Name?
        let onReplaced: @Sendable () -> Void
    }

    private struct State {
        /// Who holds places of a user, oldest first, which is in the order of their numbers.
        var holders: [Name: [Holder]] = [:]
        /// The newest claim of each client.
        var clients: [ConnectionPlace: UInt64] = [:]
        var lastNumber: UInt64 = 0

        /// - Returns: who has lost a place.
        mutating func insert(
            _ holder: Holder, at place: ConnectionPlace, limit: Int
        ) -> [Holder] {
            var losers: [Holder] = []
            if place.client != nil, let number = clients[place], let loser = remove(number, of: place.user) {
                losers.append(loser)
            }
            holders[place.user, default: []].append(holder)
            if place.client != nil { clients[place] = holder.number }
            while let oldest = holders[place.user]?.first, holders[place.user, default: []].count > limit,
                let loser = remove(oldest.number, of: place.user)
            {
                losers.append(loser)
            }
            return losers
        }

        /// O(log n) to find among the user's, and the moving of those that are newer.
        mutating func remove(_ number: UInt64, of user: Name) -> Holder? {
            guard let all = holders[user] else { return nil }
            var range = all.indices
            while !range.isEmpty {
                let middle = range.lowerBound + range.count / 2
                if all[middle].number < number {
                    range = middle + 1..<range.upperBound
                } else {
                    range = range.lowerBound..<middle
                }
            }
            let index = range.lowerBound
            guard index < all.count, all[index].number == number else { return nil }
            let holder = all[index]
            if all.count == 1 {
                holders[user] = nil
            } else {
                holders[user]?.remove(at: index)
            }
            let place = ConnectionPlace(user: user, client: holder.client)
            if holder.client != nil, clients[place] == number { clients[place] = nil }
            return holder
        }
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    package func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        let (number, losers) = state.withLockedValue { state in
            state.lastNumber += 1
            let holder = Holder(number: state.lastNumber, client: place.client, onReplaced: onReplaced)
            return (holder.number, state.insert(holder, at: place, limit: limit))
        }
        for loser in losers { loser.onReplaced() }
        return ConnectionClaim(place: place, number: number)
    }

    package func release(_ claim: ConnectionClaim) {
        state.withLockedValue { _ = $0.remove(claim.number, of: claim.place.user) }
    }
}
