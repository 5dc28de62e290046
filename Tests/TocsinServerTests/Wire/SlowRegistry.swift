@testable import Tocsin

/// A registry that answers when a test says so, as one that is shared by several servers might.
final class SlowRegistry: ConnectionRegistry {
    private struct State {
        var claims:
            [(
                place: ConnectionPlace, onReplaced: @Sendable () -> Void,
                answer: CheckedContinuation<ConnectionClaim, Never>
            )] = []
        var released: [UInt64] = []
    }

    private let state = Taken(State())

    var claims: Int { state.value.claims.count }
    var released: [UInt64] { state.value.released }

    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        await withCheckedContinuation { answer in
            state.change { $0.claims.append((place, onReplaced, answer)) }
        }
    }

    func release(_ claim: ConnectionClaim) {
        state.change { $0.released.append(claim.number) }
    }

    func replaceFirst() { state.value.claims[0].onReplaced() }
    func answerFirst() { answer(0) }
    func answerSecond() { answer(1) }

    private func answer(_ index: Int) {
        let claim = state.value.claims[index]
        claim.answer.resume(returning: ConnectionClaim(place: claim.place, number: UInt64(index + 1)))
    }
}
