import Foundation
import TocsinBench

/// What `tocsin bench` found.
struct BenchResult: Sendable {
    /// Seconds without an event after which no more are waited for.
    static let patience = 5

    let streams: Int
    let publishers: Int
    var openingSeconds = 0.0
    var published = PublishFigures()
    /// Why publishes were refused, where some were and the server said it.
    var refusal: String?
    var delivery = Delivery()
    /// Processor time of the server, where its process is known.
    var cpuSeconds: Double?
    /// The server's resident memory with all streams open, in bytes, where its process is known.
    var memory: Int?

    init(_ plan: BenchPlan) {
        streams = plan.settings.streams
        publishers = plan.settings.publishers
    }

    /// What the server did wrong; `nil` where all came once.
    var problem: String? {
        if published.refused > 0 {
            let reason = refusal.map { ": \($0)" } ?? "; the server's log says why"
            return "\(published.refused) publishes were refused\(reason)"
        }
        if delivery.missing > 0 {
            return "\(delivery.missing) events are missing after \(Self.patience) seconds without any"
        }
        if delivery.repeated > 0 { return "\(delivery.repeated) events came twice, or late" }
        return nil
    }

    private var eventsPerSecond: Double {
        published.seconds > 0 ? Double(delivery.events) / published.seconds : 0
    }

    /// Two columns for people.
    var table: String {
        let opening = Self.number(Double(streams) / max(openingSeconds, 1e-9))
        let publishing = Self.number(published.requestsPerSecond)
        var text = """
            streams            \(streams) opened in \(Self.seconds(openingSeconds)), \(opening)/s
            publishes          \(published.alarms) on \(publishers) connections, \(publishing)/s
              to the answer    \(Self.times(published.latencies))
            events             \(delivery.events), \(Self.number(eventsPerSecond))/s
              from publish     \(Self.times(delivery.latencies))
            missing, repeated  \(delivery.missing), \(delivery.repeated)

            """
        if let cpuSeconds {
            let each = String(format: "%.2f", cpuSeconds / Double(max(1, delivery.events)) * 1e6)
            text += "processor time     \(Self.seconds(cpuSeconds)) of the server, \(each) µs an event\n"
        }
        if let memory { text += "memory             \(memory / 1_000_000) MB of the server with all streams open\n" }
        return text
    }

    /// One object, with times in seconds.
    var json: String {
        var members: [(String, String)] = [
            ("streams", "\(streams)"), ("opening_seconds", "\(openingSeconds)"),
            ("publishers", "\(publishers)"), ("publishes", "\(published.alarms)"),
            ("refused", "\(published.refused)"), ("publish_seconds", "\(published.seconds)"),
        ]
        members += Self.members("publish", published.latencies)
        members += [
            ("events", "\(delivery.events)"), ("missing", "\(delivery.missing)"), ("repeated", "\(delivery.repeated)"),
        ]
        members += Self.members("event", delivery.latencies)
        if let cpuSeconds { members.append(("server_cpu_seconds", "\(cpuSeconds)")) }
        if let memory { members.append(("server_memory_bytes", "\(memory)")) }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
    }

    private static func members(_ name: String, _ latencies: LatencyHistogram) -> [(String, String)] {
        [
            ("\(name)_p50", "\(Double(latencies.quantile(0.5)) / 1e9)"),
            ("\(name)_p99", "\(Double(latencies.quantile(0.99)) / 1e9)"),
            ("\(name)_max", "\(Double(latencies.maximum) / 1e9)"),
        ]
    }

    private static func times(_ latencies: LatencyHistogram) -> String {
        let times = [latencies.quantile(0.5), latencies.quantile(0.99), latencies.maximum]
            .map { String(format: "%.1f", Double($0) / 1e6) }
        return "\(times[0]) ms (p50), \(times[1]) ms (p99), \(times[2]) ms (max)"
    }

    private static func seconds(_ seconds: Double) -> String { String(format: "%.2f s", seconds) }

    private static func number(_ number: Double) -> String { String(Int(number.rounded())) }
}
