import ArgumentParser
import TocsinBench

/// One reader stops reading while the others go on.
struct StalledReaderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stalled-reader",
        abstract: "One of many readers stops reading while alarms go out, and then reads on.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Streams, of which one stalls.")
    var streams = 1000

    @Option(help: "Alarms that go out to all of them.")
    var alarms = 100_000

    func run() async throws {
        try await options.withBench { bench in
            let usual = try await Self.figures(bench, streams: streams, alarms: alarms, stalls: false)
            let stalled = try await Self.figures(bench, streams: streams, alarms: alarms, stalls: true)
            var table = MarkdownTable(["", "none stalls", "one stalls"])
            table.add(["alarms to each of \(streams) streams", "\(alarms)", "\(alarms)"])
            table.add(["seconds"] + [usual, stalled].map { Quantity.number($0.seconds) })
            table.add(["publish to event, others, p50"] + [usual, stalled].map { Quantity.milliseconds($0.p50) })
            table.add(["publish to event, others, p99"] + [usual, stalled].map { Quantity.milliseconds($0.p99) })
            table.add(["server's memory before, MB"] + [usual, stalled].map { Quantity.number($0.memory.first ?? 0) })
            table.add(["server's memory, most, MB"] + [usual, stalled].map { Quantity.number($0.memory.max() ?? 0) })
            table.add(["read when the others had all", "–", "\(stalled.readBefore)"])
            table.add(["read at the end, each once", "–", "\(stalled.readAfter)"])
            table.add(["seconds to catch up", "–", Quantity.number(stalled.catchUpSeconds)])
            print("\(Machine.description)\n\n\(table)")
            let text = [usual, stalled].map { $0.memory.map(Quantity.number).joined(separator: " ") }
            print("Memory in MB each second: \(text[0]); with one stalled: \(text[1])")
        }
    }

    private struct Figures {
        var seconds = 0.0
        var p50 = 0.0
        var p99 = 0.0
        var memory: [Double] = []
        var readBefore = 0
        var readAfter = 0
        var catchUpSeconds = 0.0
    }

    private static func figures(_ bench: Bench, streams: Int, alarms: Int, stalls: Bool) async throws -> Figures {
        say(stalls ? "one reader stops reading" : "all readers read")
        // It is to be there to the end; by default a reader that takes nothing for a minute has to come back.
        return try await bench.withServer(.tocsin, ["--stall-timeout", "3600"]) { server in
            var settings = try server.settings(topics: 1)
            settings.streams = streams
            settings.publishers = 16
            return try await withLoad(settings) { load in
                try await load.open()
                var figures = Figures(memory: [Double(try server.figures.memory) / 1e6])
                if stalls { try await load.setReading(false, ofStream: 0) }
                async let published = load.publishAll(PublishPlan(.requests(alarms)))
                let others = alarms * (streams - 1)
                var read = 0
                // The stalled one has what the kernel had for it when it stopped.
                while try await load.delivery.events - load.events(ofStream: 0) < others {
                    try await Task.sleep(for: .seconds(1))
                    figures.memory.append(Double(try server.figures.memory) / 1e6)
                    let now = try await load.delivery.events
                    guard now > read else {
                        throw BenchmarkError("nothing came for a second; \(read) of \(others) events did before")
                    }
                    read = now
                }
                figures.seconds = try await published.seconds
                let delivery = try await load.delivery
                figures.p50 = Double(delivery.latencies.quantile(0.5)) / 1e9
                figures.p99 = Double(delivery.latencies.quantile(0.99)) / 1e9
                figures.readBefore = try await load.events(ofStream: 0)
                if stalls { try await load.setReading(true, ofStream: 0) }
                let begin = ContinuousClock.now
                _ = try await load.deliveredOnce()
                figures.catchUpSeconds = (ContinuousClock.now - begin) / .seconds(1)
                figures.readAfter = try await load.events(ofStream: 0)
                return figures
            }
        }
    }
}
