package import Metrics

/// A timer of a factory that takes many equal durations at once.
package protocol RepeatedTimerHandler: TimerHandler {
    /// The same as to record it so many times.
    func recordNanoseconds(_ duration: Int64, times: Int)
}

/// What the hub counts and times, in whichever factory of swift-metrics.
package final class HubMetrics: Sendable {
    /// Measures nothing.
    package static let none = HubMetrics(NOOPMetricsHandler.instance)

    let alarmsCommitted: Counter
    private let commitDuration: Timer
    private let commitAlarms: Recorder
    private let deliveredEvents: Counter
    private let deliveredBytes: Counter
    private let heartbeats: Counter
    private let latency: any TimerHandler
    private let opened: [StreamProtocol: Counter]
    private let ended: [StreamEnd: Counter]
    private let resets: [ResetReason: Counter]
    private let catchUps: [CatchUp: Recorder]

    package init(_ factory: any MetricsFactory) {
        alarmsCommitted = Counter(label: "tocsin_alarms_committed_total", factory: factory)
        commitDuration = Timer(label: "tocsin_commit_duration_seconds", factory: factory)
        commitAlarms = Recorder(label: "tocsin_commit_alarms", factory: factory)
        deliveredEvents = Counter(label: "tocsin_delivered_events_total", factory: factory)
        deliveredBytes = Counter(label: "tocsin_delivered_bytes_total", factory: factory)
        heartbeats = Counter(label: "tocsin_heartbeats_total", factory: factory)
        latency = factory.makeTimer(label: "tocsin_delivery_latency_seconds", dimensions: [])
        opened = Self.each("protocol") {
            Counter(label: "tocsin_streams_opened_total", dimensions: $0, factory: factory)
        }
        ended = Self.each("reason") { Counter(label: "tocsin_streams_ended_total", dimensions: $0, factory: factory) }
        resets = Self.each("reason") { Counter(label: "tocsin_resets_total", dimensions: $0, factory: factory) }
        catchUps = Self.each("reason") { Recorder(label: "tocsin_catch_up_alarms", dimensions: $0, factory: factory) }
    }

    /// Makes the metrics of a label, one for each of its values.
    static func each<Value: CaseIterable & Hashable & RawRepresentable<String>, Metric>(
        _ label: String, make: ([(String, String)]) -> Metric
    ) -> [Value: Metric] {
        Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0, make([(label, $0.rawValue)])) })
    }

    /// A commit has ended, well or not.
    func committed(_ requests: [AppendRequest], from began: UInt64, to ended: UInt64) {
        commitDuration.recordNanoseconds(Int64(clamping: ended - min(ended, began)))
        commitAlarms.record(requests.reduce(0) { $0 + $1.count })
    }

    func streamOpened(over transport: StreamProtocol) { opened[transport]?.increment() }
    func streamEnded(_ end: StreamEnd) { ended[end]?.increment() }
    func reset(_ reason: ResetReason) { resets[reason]?.increment() }

    /// - Parameter alarms: how many the stream was sent of the past, until it was live or over.
    func caughtUp(_ reason: CatchUp, alarms: UInt32) { catchUps[reason]?.record(alarms) }

    func add(_ tally: ShardTally, _ latencies: DurationTally) {
        deliveredEvents.increment(by: tally.events)
        deliveredBytes.increment(by: tally.bytes)
        heartbeats.increment(by: tally.heartbeats)
        latencies.forEach { nanoseconds, times in
            if let latency = latency as? any RepeatedTimerHandler {
                latency.recordNanoseconds(nanoseconds, times: times)
            } else {
                for _ in 0..<times { latency.recordNanoseconds(nanoseconds) }
            }
        }
    }
}
