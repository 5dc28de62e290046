import ArgumentParser
import Foundation
import TocsinBench

/// The server is restarted under many streams.
struct RestartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Restart the server under many streams, which all come back and miss nothing.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Streams, over a hundred topics.")
    var streams = 15_000

    @Option(help: "Alarms a second, before, during and after.")
    var rate = 100

    @Flag(help: "Kill the server as a crash would, instead of asking it to end.")
    var kill = false

    func run() async throws {
        try await options.withBench { bench in
            guard streams + 1000 <= bench.openFiles else {
                throw BenchmarkError("\(streams) streams need more than \(bench.openFiles) open files; see 'ulimit -n'")
            }
            let data = bench.newFile("restart.db")
            let first = try await bench.start(.tocsin, data: data)
            var settings = try first.settings(topics: 100)
            settings.streams = streams
            settings.publishers = 8
            settings.isKeyed = true
            settings.reconnects = true
            try await withLoad(settings) { load in
                try await load.open()
                say("\(streams) streams are open; alarms go out, \(rate) a second")
                let publishing = Task { [rate] in
                    try await load.publish(PublishPlan(.time(.seconds(25)), pace: .rate(Double(rate))))
                }
                try await Task.sleep(for: .seconds(3))
                let begin = ContinuousClock.now
                try await first.process.end(with: kill ? SIGKILL : SIGTERM)
                let ended = (ContinuousClock.now - begin) / .seconds(1)
                let second = try await bench.start(.tocsin, data: data, port: first.port)
                let started = (ContinuousClock.now - begin) / .seconds(1)
                do {
                    let history = try await Self.history(of: load, since: begin, until: streams)
                    let published = try await publishing.value
                    let delivery = try await load.delivered(patience: .seconds(20))
                    try report(history, ended: ended, started: started, published: published, delivery: delivery)
                    try await second.stop()
                } catch {
                    try? await second.stop()
                    throw error
                }
            }
        }
    }

    /// Open streams by seconds since the server was told to end.
    private static func history(
        of load: LoadGenerator, since begin: ContinuousClock.Instant, until streams: Int
    ) async throws -> [Chart.Point] {
        var history: [Chart.Point] = []
        while history.last?.y != Double(streams) {
            let seconds = (ContinuousClock.now - begin) / .seconds(1)
            guard seconds < 60 else { throw BenchmarkError("\(history.last?.y ?? 0) streams are back after a minute") }
            history.append(Chart.Point(x: seconds, y: Double(try await load.openStreams)))
            try await Task.sleep(for: .milliseconds(100))
        }
        return history
    }

    private func report(
        _ history: [Chart.Point], ended: Double, started: Double, published: PublishFigures, delivery: Delivery
    ) throws {
        var table = MarkdownTable(["seconds", "streams open", "opened a second"])
        var before = history.first ?? Chart.Point(x: 0, y: 0)
        var rates: [Chart.Point] = []
        for point in history where point.x - before.x >= 0.5 || point == history.last {
            let rate = (point.y - before.y) / max(point.x - before.x, 0.1)
            rates.append(Chart.Point(x: point.x, y: max(0, rate)))
            table.add([String(format: "%.1f", point.x), Quantity.whole(point.y), Quantity.whole(max(0, rate))])
            before = point
        }
        let picture = Chart.picture([
            Chart(
                title: "Streams open", x: Axis(label: "seconds"), y: Axis(label: "streams"),
                series: [Chart.Series(name: "open", points: history)]),
            Chart(
                title: "Streams opened a second", x: Axis(label: "seconds"), y: Axis(label: "/s"),
                series: [Chart.Series(name: "opened a second", points: rates)]),
        ])
        let name = kill ? "restart-kill.svg" : "restart.svg"
        try ReportFolder(options.output).write(picture, to: name)
        print(
            """
            \(Machine.description)

            \(streams) streams; the server was \(kill ? "killed" : "asked to end") at 0 s, was gone at \
            \(Quantity.seconds(ended)), listened again at \(Quantity.seconds(started)); all streams were back at \
            \(Quantity.seconds(history.last?.x ?? 0)).

            \(table)
            \(published.alarms) alarms were published meanwhile, \(published.refused) refused; \(delivery.events) \
            events came, \(delivery.missing) missing, \(delivery.repeated) twice.
            """)
        guard delivery.missing == 0, delivery.repeated == 0 else {
            throw BenchmarkError("events were lost, or came twice")
        }
    }
}
