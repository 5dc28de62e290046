import TocsinBench

/// 1: what it costs the server to hand one event to one stream.
struct EventCost: Row {
    let numbers = [1]
    private static let streams = 1000
    private static let publishes = 200

    func findings(_ bench: Bench) async throws -> [Finding] {
        var samples = Samples()
        let kinds = bench.available([.tocsin, .floor, .nchan])
        try await bench.withServers(kinds) { servers in
            try await bench.rounds(kinds) { kind in
                guard let server = servers[kind] else { return }
                samples.add(try await Self.cost(on: server, streams: Self.streams, publishes: Self.publishes), of: kind)
            }
        }
        return [(BenchServer.Kind.floor, 1.35), (.nchan, 0.9)].map { peer, budget in
            let ratio = samples.ratio(of: .tocsin, to: peer)
            return Finding(
                row: 1, what: "processor time per event, 1,000 streams, one publish at a time",
                measured: Quantity.microseconds(samples.median(of: .tocsin) ?? 0),
                peer: samples.median(of: peer).map { "\(peer.rawValue) \(Quantity.microseconds($0))" } ?? "–",
                ratio: ratio.map(Quantity.times) ?? "–", budget: "≤ \(budget) × \(peer.rawValue)",
                isMet: ratio.map { $0 <= budget })
        }
    }

    /// Seconds of processor time for each event, where the next alarm is published when all streams have the one before.
    static func cost(on server: BenchServer, streams: Int, publishes: Int) async throws -> Double {
        var settings = try server.settings(topics: 1)
        settings.streams = streams
        settings.publishers = 1
        return try await withLoad(settings) { load in
            try await load.open()
            _ = try await load.publishAll(PublishPlan(.requests(20), pace: .afterDelivery))
            let before = try server.figures
            _ = try await load.publishAll(PublishPlan(.requests(publishes), pace: .afterDelivery))
            let after = try server.figures
            _ = try await load.deliveredOnce()
            return (after.cpu - before.cpu) / Double(publishes * streams)
        }
    }
}
