import TocsinBench

/// 4 and 6: what an idle stream takes of memory, and how fast streams open.
struct IdleStreams: Row {
    let numbers = [4, 6]
    private static let streams = 10_000

    func findings(_ bench: Bench) async throws -> [Finding] {
        var memory = Samples()
        var rates = Samples()
        let kinds = bench.available([.tocsin, .nchan])
        try await bench.rounds(kinds) { kind in
            let figures = try await Self.opened(Self.streams, kind, bench)
            memory.add(figures.memory, of: kind)
            rates.add(figures.rate, of: kind)
        }
        let each = memory.median(of: .tocsin) ?? 0
        let faster = rates.ratio(of: .tocsin, to: .nchan)
        return [
            Finding(
                row: 4, what: "memory per idle stream, HTTP/1.1, 10,000 users, after a heartbeat",
                measured: Quantity.kilobytes(each),
                peer: memory.median(of: .nchan).map { "Nchan \(Quantity.kilobytes($0))" } ?? "–",
                ratio: memory.ratio(of: .tocsin, to: .nchan).map(Quantity.times) ?? "–", budget: "≤ 5 kB",
                isMet: each <= 5000),
            Finding(
                row: 6, what: "opening 10,000 streams", measured: Quantity.rate(rates.median(of: .tocsin) ?? 0),
                peer: rates.median(of: .nchan).map { "Nchan \(Quantity.rate($0))" } ?? "–",
                ratio: faster.map(Quantity.times) ?? "–", budget: "≥ Nchan", isMet: faster.map { $0 >= 1 }),
        ]
    }

    /// Opens streams on a new server.
    ///
    /// - Returns: bytes for each, and how many opened a second.
    static func opened(
        _ streams: Int, _ kind: BenchServer.Kind, _ bench: Bench
    ) async throws -> (memory: Double, rate: Double) {
        try await bench.withServer(kind, ["--heartbeat", "2"]) { server in
            var settings = try server.settings(users: streams)
            settings.streams = streams
            let before = try server.figures.memory
            return try await withLoad(settings) { load in
                let seconds = try await load.open()
                if kind == .tocsin, try await !load.everyStreamHeard(within: .seconds(20)) {
                    throw BenchmarkError("a stream had no heartbeat within 20 seconds")
                }
                let after = try server.figures.memory
                return (Double(after - before) / Double(streams), Double(streams) / seconds)
            }
        }
    }
}
