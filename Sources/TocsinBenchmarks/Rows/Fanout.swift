import TocsinBench

/// 2 and 3: how many events a second go to many streams, and how soon they are there.
struct Fanout: Row {
    let numbers = [2, 3]

    func findings(_ bench: Bench) async throws -> [Finding] {
        var rates = Samples()
        var latencies = Samples()
        let kinds = bench.available([.tocsin, .nchan])
        try await bench.withServers(kinds) { servers in
            try await bench.rounds(kinds) { kind in
                guard var settings = try servers[kind]?.settings(topics: 1) else { return }
                settings.streams = 1000
                settings.publishers = 64
                try await withLoad(settings) { load in
                    try await load.open()
                    let published = try await load.publishAll(PublishPlan(.time(.seconds(3))))
                    let delivery = try await load.deliveredOnce()
                    let time = Double(delivery.lastEventTime - published.beginTime) / 1e9
                    rates.add(Double(delivery.events) / time, of: kind)
                    latencies.add(Double(delivery.latencies.quantile(0.99)) / 1e9, of: kind)
                }
            }
        }
        let more = rates.ratio(of: .tocsin, to: .nchan)
        let later = latencies.ratio(of: .tocsin, to: .nchan)
        return [
            Finding(
                row: 2, what: "events delivered, 1,000 streams, 64 publishing connections, durable",
                measured: Quantity.rate(rates.median(of: .tocsin) ?? 0),
                peer: rates.median(of: .nchan).map { "Nchan, in memory, \(Quantity.rate($0))" } ?? "–",
                ratio: more.map(Quantity.times) ?? "–", budget: "≥ 10 × Nchan", isMet: more.map { $0 >= 10 }),
            Finding(
                row: 3, what: "the same: publish to event, p99",
                measured: Quantity.milliseconds(latencies.median(of: .tocsin) ?? 0),
                peer: latencies.median(of: .nchan).map { "Nchan \(Quantity.milliseconds($0))" } ?? "–",
                ratio: later.map(Quantity.times) ?? "–", budget: "≤ 0.2 × Nchan", isMet: later.map { $0 <= 0.2 }),
        ]
    }
}
