import TocsinBench

/// 10: how long others wait while one alarm goes to everyone.
struct Broadcast: Row {
    let numbers = [10]
    private static let streams = 10_000

    /// The longest waits of those who come meanwhile, in seconds.
    private struct Waits {
        var publish: [Double] = []
        var open: [Double] = []
    }

    func findings(_ bench: Bench) async throws -> [Finding] {
        var quiet = Waits()
        var busy = Waits()
        try await bench.withServer(.tocsin) { server in
            let everyone = TocsinTarget(authority: server.authority, audience: .everyone(users: Self.streams))
            var settings = LoadSettings(address: try server.address, target: everyone)
            settings.streams = Self.streams
            var sending = LoadSettings(address: try server.address, target: everyone)
            sending.publishers = 1
            try await withLoad(settings) { streams in
                try await streams.open()
                try await withLoad(sending) { sender in
                    for _ in 0..<bench.pairs {
                        // Streams read afterwards: what is measured is the server, not who shares the machine with it.
                        try await streams.holdingStill {
                            try await Self.probe(server, &quiet) {}
                            try await Self.probe(server, &busy) {
                                _ = try await sender.publishAll(PublishPlan(.requests(1)))
                            }
                        }
                        try await streams.expect(Self.streams)
                        _ = try await streams.deliveredOnce()
                    }
                }
            }
        }
        let waits = [
            ("a publish", busy.publish.median ?? 0, quiet.publish.median ?? 0),
            ("a new stream", busy.open.median ?? 0, quiet.open.median ?? 0),
        ]
        return waits.map { what, wait, usual in
            Finding(
                row: 10, what: "one alarm to everyone, 10,000 streams: \(what) waits meanwhile, at most",
                measured: Quantity.milliseconds(wait), peer: "else \(Quantity.milliseconds(usual))",
                budget: "≤ 150 ms", isMet: wait <= 0.15)
        }
    }

    /// Publishes and opens streams, one after another, for a second and a half, and notes the longest waits.
    private static func probe(
        _ server: BenchServer, _ waits: inout Waits, meanwhile body: () async throws -> Void
    ) async throws {
        var opening = try server.settings(topics: 1)
        opening.streams = 300
        opening.openingAtOnce = 1
        var publishing = opening
        publishing.streams = 0
        publishing.publishers = 1
        try await withLoad(publishing) { publisher in
            try await withLoad(opening) { opener in
                async let published = publisher.publishAll(PublishPlan(.time(.milliseconds(1500))))
                try await Task.sleep(for: .milliseconds(300))
                async let opened = opener.open()
                try await body()
                _ = try await opened
                waits.publish.append(Double(try await published.latencies.maximum) / 1e9)
                waits.open.append(Double(try await opener.openingLatencies.maximum) / 1e9)
            }
        }
    }
}
