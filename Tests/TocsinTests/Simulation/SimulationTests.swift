import Foundation
import Testing

@Suite struct SimulationTests {
    /// In the environment `TOCSIN_SIMULATION_STEPS` makes more steps, of which each seed gets `TOCSIN_SIMULATION_LENGTH`;
    /// `TOCSIN_SIMULATION_SEED` begins with another seed, `TOCSIN_SIMULATION_TRACE` tells more of a run that failed.
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["TOCSIN_SIMULATION_\(name)"].flatMap { Int($0) }
    }

    @Test("Each stream gets each alarm that concerns it once and in order, whatever breaks")
    func simulation() {
        let steps = Self.number("STEPS") ?? 30_000
        var unseen = Set(Sight.allCases)
        var seed = UInt64(Self.number("SEED") ?? 1)
        let length = min(steps, Self.number("LENGTH") ?? 1000)
        for _ in 0..<max(1, steps / max(1, length)) {
            let simulation = Simulation(seed: seed)
            guard simulation.run(steps: length) else { return report(simulation, steps: length) }
            unseen.subtract(simulation.sights)
            seed += 1
        }
        if steps >= 30_000, length >= 1000 { #expect(unseen.isEmpty, "some situations did not come about") }
    }

    @Test("The same seed makes the same run")
    func determinism() {
        for seed in 1...3 as ClosedRange<UInt64> {
            let digests = (0..<2).map { _ in
                let simulation = Simulation(seed: seed)
                _ = simulation.run(steps: 1000)
                return simulation.digest
            }
            #expect(digests[0] == digests[1])
        }
    }

    /// Makes the run once more, to tell what came before.
    private func report(_ failed: Simulation, steps: Int) {
        let again = Simulation(seed: failed.seed, isTraced: true)
        _ = again.run(steps: steps)
        let story = again.trace.suffix(Self.number("TRACE") ?? 40).joined(separator: "\n")
        Issue.record(
            """
            \(failed.faults.first ?? "")
            \(failed.profile)
            \(story)
            again: TOCSIN_SIMULATION_SEED=\(failed.seed) TOCSIN_SIMULATION_STEPS=\(steps) \
            TOCSIN_SIMULATION_LENGTH=\(steps) swift test --filter SimulationTests
            """
        )
    }
}
