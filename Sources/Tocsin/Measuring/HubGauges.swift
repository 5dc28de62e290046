import Metrics
import NIOCore

/// How things stand in a hub, set when somebody looks.
final class HubGauges: Sendable {
    let queuedRequests: Gauge
    let queuedBytes: Gauge
    let isFailing: Gauge
    let journalAlarms: Gauge
    let journalBytes: Gauge
    let journalHead: Gauge
    let journalFloor: Gauge
    let journalOldestAge: Gauge
    private let streams: [StreamProtocol: Gauge]

    init(_ factory: any MetricsFactory) {
        queuedRequests = Gauge(label: "tocsin_publish_queue_requests", factory: factory)
        queuedBytes = Gauge(label: "tocsin_publish_queue_bytes", factory: factory)
        isFailing = Gauge(label: "tocsin_journal_failing", factory: factory)
        journalAlarms = Gauge(label: "tocsin_journal_alarms", factory: factory)
        journalBytes = Gauge(label: "tocsin_journal_bytes", factory: factory)
        journalHead = Gauge(label: "tocsin_journal_head", factory: factory)
        journalFloor = Gauge(label: "tocsin_journal_floor", factory: factory)
        journalOldestAge = Gauge(label: "tocsin_journal_oldest_age_seconds", factory: factory)
        streams = HubMetrics.each("protocol") {
            Gauge(label: "tocsin_streams", dimensions: $0, factory: factory)
        }
    }

    func set(streams count: Int, over transport: StreamProtocol) {
        streams[transport]?.record(count)
    }
}

extension Hub {
    /// Brings the metrics of streams and publishes up to now.
    package func measure() async {
        var streams: [StreamProtocol: Int] = [:]
        for shard in shards {
            let here = try? await shard.eventLoop.submit {
                shard.shard.tellMetrics()
                return StreamProtocol.allCases.map { ($0, shard.shard.count(over: $0)) }
            }.get()
            for (transport, count) in here ?? [] { streams[transport, default: 0] += count }
        }
        for transport in StreamProtocol.allCases {
            gauges.set(streams: streams[transport, default: 0], over: transport)
        }
        let queue = publisher.queue
        gauges.queuedRequests.record(queue.requests)
        gauges.queuedBytes.record(queue.bytes)
        gauges.isFailing.record(publisher.failure == nil ? 0 : 1)
    }

    /// Brings the metrics of the journal up to now, which takes as long as the disk takes; where it cannot be read they
    /// stay.
    package func measureJournal() async {
        guard let size = try? await journal.size,
            let oldest = try? await journal.alarms(
                after: nil, through: nil, for: .everything, limit: PageLimit(alarms: 1))
        else { return }
        gauges.journalAlarms.record(size.alarms)
        gauges.journalBytes.record(size.bytes)
        gauges.journalHead.record(oldest.head.low)
        gauges.journalFloor.record(oldest.floor.low)
        let age = oldest.entries.first.map { now().milliseconds - $0.publishedAt.milliseconds } ?? 0
        gauges.journalOldestAge.record(Double(max(0, age)) / 1000)
    }
}
