import TocsinBench

/// 7: publishes of one alarm each, on many connections.
struct SinglePublishes: Row {
    let numbers = [7]

    func findings(_ bench: Bench) async throws -> [Finding] {
        var rates = Samples()
        let kinds = bench.available([.tocsin, .nchan])
        try await bench.withServers(kinds) { servers in
            try await bench.rounds(kinds) { kind in
                guard let server = servers[kind] else { return }
                rates.add(try await Self.figures(on: server, connections: 64).requestsPerSecond, of: kind)
            }
        }
        let rate = rates.median(of: .tocsin) ?? 0
        return [
            Finding(
                row: 7, what: "durable publishes, one a request, 64 connections", measured: Quantity.rate(rate),
                peer: rates.median(of: .nchan).map { "Nchan, in memory, \(Quantity.rate($0))" } ?? "–",
                ratio: rates.ratio(of: .tocsin, to: .nchan).map(Quantity.times) ?? "–", budget: "≥ 20,000/s",
                isMet: rate >= 20_000)
        ]
    }

    static func figures(on server: BenchServer, connections: Int) async throws -> PublishFigures {
        var settings = try server.settings(topics: 1)
        settings.publishers = connections
        return try await withLoad(settings) { load in
            _ = try await load.publishAll(PublishPlan(.time(.milliseconds(300))))
            return try await load.publishAll(PublishPlan(.time(.seconds(3))))
        }
    }
}
