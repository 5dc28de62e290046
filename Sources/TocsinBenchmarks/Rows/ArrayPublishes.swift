import TocsinBench

/// 8: publishes of many alarms each, and the same while retention removes as many.
struct ArrayPublishes: Row {
    let numbers = [8]

    func findings(_ bench: Bench) async throws -> [Finding] {
        var growing: [Double] = []
        var steady: [Double] = []
        for _ in 0..<bench.pairs {
            growing.append(try await Self.rate(bench, options: [], warmUp: 1, seconds: 3))
            // Retention looks every three seconds: the first time before what is measured, then at least twice in it.
            steady.append(try await Self.rate(bench, options: ["--retain-alarms", "20000"], warmUp: 4, seconds: 7))
        }
        let rate = growing.median ?? 0
        let ratio = zip(steady, growing).map { $0 / $1 }.median ?? 0
        return [
            Finding(
                row: 8, what: "durable publishes in arrays of 100, 16 connections",
                measured: "\(Quantity.number(rate)) alarms/s", budget: "≥ 60,000 alarms/s", isMet: rate >= 60_000),
            Finding(
                row: 8, what: "the same with retention removing as many",
                measured: "\(Quantity.number(steady.median ?? 0)) alarms/s",
                peer: "without \(Quantity.number(rate))", ratio: Quantity.times(ratio), budget: "≥ 0.7 ×",
                isMet: ratio >= 0.7),
        ]
    }

    private static func rate(_ bench: Bench, options: [String], warmUp: Int64, seconds: Int64) async throws -> Double {
        try await bench.withServer(.tocsin, options) { server in
            var settings = try server.settings(topics: 100)
            settings.publishers = 16
            settings.alarmsPerRequest = 100
            return try await withLoad(settings) { load in
                _ = try await load.publishAll(PublishPlan(.time(.seconds(warmUp))))
                return try await load.publishAll(PublishPlan(.time(.seconds(seconds)))).alarmsPerSecond
            }
        }
    }
}
