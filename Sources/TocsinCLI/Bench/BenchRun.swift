import TocsinBench

/// Opens, publishes, waits for what is under way, and closes.
struct BenchRun: Sendable {
    let plan: BenchPlan

    init(_ plan: BenchPlan) {
        self.plan = plan
    }

    func result() async throws -> BenchResult {
        var result = BenchResult(plan)
        do {
            let load = try await LoadGenerator(plan.settings)
            let before = plan.process.flatMap(ProcessFigures.init)
            StandardError.say("opening \(plan.settings.streams) streams on \(plan.server)")
            result.openingSeconds = try await load.open()
            result.memory = plan.process.flatMap(ProcessFigures.init)?.memory
            StandardError.say("publishing on \(plan.settings.publishers) connections")
            result.published = try await load.publish(plan.publishing)
            if result.published.refused > 0 { result.refusal = await BenchProbe(plan: plan).publishRefusal() }
            result.delivery = try await load.delivered(patience: .seconds(BenchResult.patience))
            if let before, let after = plan.process.flatMap(ProcessFigures.init) {
                result.cpuSeconds = after.cpu - before.cpu
            }
            try await load.close()
        } catch let error as LoadError {
            if let refusal = await BenchProbe(plan: plan).streamRefusal() {
                throw CommandFailure("the load on \(plan.server) failed: a stream was refused: \(refusal)")
            }
            throw CommandFailure(
                "the load on \(plan.server) failed: \(error.message); see that a Tocsin server is there, with room "
                    + "for \(plan.settings.streams) streams")
        }
        return result
    }
}
