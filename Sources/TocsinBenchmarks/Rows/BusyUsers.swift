import TocsinBench

/// 9: whether a user among ten thousand waits longer than one alone.
struct BusyUsers: Row {
    let numbers = [9]

    func findings(_ bench: Bench) async throws -> [Finding] {
        var alone: [Double] = []
        var among: [Double] = []
        try await bench.withServer(.tocsin) { server in
            for _ in 0..<bench.pairs {
                alone.append(try await Self.latency(on: server, users: 1))
                among.append(try await Self.latency(on: server, users: 10_000))
            }
        }
        let ratio = zip(among, alone).map { $0 / $1 }.median ?? 0
        return [
            Finding(
                row: 9, what: "publish to event, p99: 10,000 users' streams, 64 connections publish to any of them",
                measured: Quantity.milliseconds(among.median ?? 0),
                peer: "one stream \(Quantity.milliseconds(alone.median ?? 0))", ratio: Quantity.times(ratio),
                budget: "≤ 2 × one stream", isMet: ratio <= 2)
        ]
    }

    private static func latency(on server: BenchServer, users: Int) async throws -> Double {
        var settings = try server.settings(users: users)
        settings.streams = users
        settings.publishers = 64
        return try await withLoad(settings) { load in
            try await load.open()
            _ = try await load.publishAll(PublishPlan(.time(.seconds(2))))
            return Double(try await load.deliveredOnce().latencies.quantile(0.99)) / 1e9
        }
    }
}
