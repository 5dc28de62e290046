import TocsinBench

/// 5: what an idle stream takes of memory over HTTP/2 and TLS.
struct SecureStreams: Row {
    let numbers = [5]
    private static let streams = 10_000

    func findings(_ bench: Bench) async throws -> [Finding] {
        let certificate = try await Certificate(in: bench)
        var memory: [Double] = []
        for _ in 0..<bench.pairs { memory.append(try await Self.memory(bench, certificate)) }
        let each = memory.median ?? 0
        return [
            Finding(
                row: 5, what: "memory per idle stream, HTTP/2 over TLS, 10,000 users, ten a connection",
                measured: Quantity.kilobytes(each), budget: "≤ 10 kB", isMet: each <= 10_000)
        ]
    }

    private static func memory(_ bench: Bench, _ certificate: Certificate) async throws -> Double {
        try await bench.withServer(.tocsin, ["--heartbeat", "2"] + certificate.options) { server in
            var settings = try server.settings(users: streams)
            settings.streams = streams
            settings.security = LoadSecurity(serverName: nil, verifies: false)
            settings.streamsPerConnection = 10
            let before = try server.figures.memory
            return try await withLoad(settings) { load in
                try await load.open()
                guard try await load.everyStreamHeard(within: .seconds(20)) else {
                    throw BenchmarkError("a stream had no heartbeat within 20 seconds")
                }
                return Double(try server.figures.memory - before) / Double(streams)
            }
        }
    }
}
