@testable import Tocsin

/// A registry that counts how many claims are held.
final class RecordingRegistry: ConnectionRegistry {
    private let registry = LocalConnectionRegistry()
    private let claims = Taken<Set<UInt64>>([])

    /// Claims that were given out and not given back.
    var held: Int { claims.value.count }

    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        let claim = await registry.claim(place, limit: limit, onReplaced: onReplaced)
        claims.change { _ = $0.insert(claim.number) }
        return claim
    }

    func release(_ claim: ConnectionClaim) {
        claims.change { _ = $0.remove(claim.number) }
        registry.release(claim)
    }
}
