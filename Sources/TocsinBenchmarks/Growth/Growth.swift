import TocsinBench

/// How cost grows with the number of streams, and publishing with that of connections.
struct Growth: Sendable {
    static let streams = [1, 10, 100, 1000, 5000, 15_000]
    static let connections = [1, 2, 4, 16, 64, 256]

    /// Microseconds of processor time per event, by streams.
    private(set) var cost: [Chart.Series] = []
    /// Kilobytes per stream, by streams.
    private(set) var memory: [Chart.Series] = []
    /// Publishes a second, by connections.
    private(set) var rate: [Chart.Series] = []
    /// Milliseconds that 99 % of publishes do not exceed, by connections.
    private(set) var latency: [Chart.Series] = []

    static func measured(_ bench: Bench) async throws -> Growth {
        var growth = Growth()
        for kind in bench.available([.tocsin, .nchan, .floor]) {
            say("how \(kind.rawValue) grows")
            try await growth.measureStreams(kind, bench)
            if kind != .floor { try await growth.measurePublishing(kind, bench) }
        }
        return growth
    }

    private mutating func measureStreams(_ kind: BenchServer.Kind, _ bench: Bench) async throws {
        var costs: [Chart.Point] = []
        var memories: [Chart.Point] = []
        for count in Self.streams where count < bench.openFiles - 1000 {
            let publishes = max(30, min(3000, 150_000 / count))
            let cost = try await bench.withServer(kind) { server in
                try await EventCost.cost(on: server, streams: count, publishes: publishes)
            }
            costs.append(Chart.Point(x: Double(count), y: cost * 1e6))
            // Fewer tell nothing beside what the process takes anyway.
            guard kind != .floor, count >= 100 else { continue }
            let figures = try await IdleStreams.opened(count, kind, bench)
            memories.append(Chart.Point(x: Double(count), y: figures.memory / 1000))
        }
        cost.append(Chart.Series(name: kind.rawValue, points: costs))
        if kind != .floor { memory.append(Chart.Series(name: kind.rawValue, points: memories)) }
    }

    private mutating func measurePublishing(_ kind: BenchServer.Kind, _ bench: Bench) async throws {
        var rates: [Chart.Point] = []
        var latencies: [Chart.Point] = []
        try await bench.withServer(kind) { server in
            for count in Self.connections {
                let figures = try await SinglePublishes.figures(on: server, connections: count)
                rates.append(Chart.Point(x: Double(count), y: figures.requestsPerSecond))
                latencies.append(Chart.Point(x: Double(count), y: Double(figures.latencies.quantile(0.99)) / 1e6))
            }
        }
        let name = kind == .tocsin ? "Tocsin, on disk" : "\(kind.rawValue), in memory"
        rate.append(Chart.Series(name: name, points: rates))
        latency.append(Chart.Series(name: name, points: latencies))
    }
}

// MARK: - Telling

extension Growth {
    /// By the names of their files.
    var pictures: [(name: String, svg: String)] {
        let streams = Axis(label: "streams", isLogarithmic: true)
        let connections = Axis(label: "publishing connections", isLogarithmic: true)
        return [
            (
                "bench-streams.svg",
                Chart.picture([
                    Chart(
                        title: "Processor time per event, µs", x: streams,
                        y: Axis(label: "µs", isLogarithmic: true), series: cost),
                    Chart(title: "Memory per idle stream, kB", x: streams, y: Axis(label: "kB"), series: memory),
                ])
            ),
            (
                "bench-publishing.svg",
                Chart.picture([
                    Chart(title: "Publishes per second", x: connections, y: Axis(label: "/s"), series: rate),
                    Chart(
                        title: "Publish to answer, p99, ms", x: connections,
                        y: Axis(label: "ms", isLogarithmic: true), series: latency),
                ])
            ),
        ]
    }

    /// The pictures, and their numbers as tables.
    var markdown: String {
        """
        ![Cost as streams grow](bench-streams.svg)

        \(Self.table("streams", [("µs per event", cost), ("kB per stream", memory)]))
        ![Publishing as connections grow](bench-publishing.svg)

        \(Self.table("connections", [("publishes/s", rate), ("ms p99", latency)]))
        """
    }

    private static func table(_ first: String, _ groups: [(unit: String, series: [Chart.Series])]) -> MarkdownTable {
        let columns = groups.flatMap { group in
            group.series.map { ("\($0.name): \(group.unit)", $0.points) }
        }
        var table = MarkdownTable([first] + columns.map(\.0))
        for x in Set(columns.flatMap { $0.1.map(\.x) }).sorted() {
            let cells = columns.map { column in
                column.1.first { $0.x == x }.map { Quantity.number($0.y) } ?? "–"
            }
            table.add([Quantity.whole(x)] + cells)
        }
        return table
    }
}
