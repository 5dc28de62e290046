import Metrics
import Synchronization
import Tocsin
import TocsinMetrics

extension HistogramSeries: RepeatedTimerHandler {}

/// All that a server measures, and how it is looked at.
final class ServerMetrics: Sendable {
    /// How long the journal may take to tell how it stands; a disk that hangs must not hide the rest.
    private static let patience = Duration.seconds(2)

    let registry: PrometheusRegistry
    let requests: RequestMetrics
    private let process: ProcessMetrics
    private let connections: Gauge
    private let hidden: Gauge
    private let auditLog: AuditLog?
    private let auditFailing: Gauge
    private let auditOmitted: Counter
    private let countedOmissions = Mutex(0)
    private let refusals: [RefusalReason: Counter]
    private let countedRefusals = Mutex<[RefusalReason: Int]>([:])
    private let isMeasuringJournal = Mutex(false)

    /// - Parameter auditLog: `nil` where there is none.
    init(_ registry: PrometheusRegistry, auditLog: AuditLog?) {
        self.registry = registry
        self.auditLog = auditLog
        auditFailing = Gauge(label: "tocsin_audit_failing", factory: registry)
        auditOmitted = Counter(label: "tocsin_audit_omitted_lines_total", factory: registry)
        requests = RequestMetrics(registry)
        process = ProcessMetrics(registry)
        connections = Gauge(label: "tocsin_connections", factory: registry)
        hidden = Gauge(label: "tocsin_metrics_hidden", factory: registry)
        refusals = Dictionary(
            uniqueKeysWithValues: RefusalReason.allCases.map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (reason, Counter(label: "tocsin_refused_total", dimensions: dimensions, factory: registry))
            })
    }

    /// The text that Prometheus reads, as things stand now.
    func text(of hub: Hub, connections count: Int) async -> String {
        await hub.measure()
        await measureJournal(of: hub)
        process.measure()
        connections.record(count)
        hidden.record(registry.hiddenSeries)
        add(hub.refusals)
        measureAuditLog()
        return registry.text()
    }

    private func measureJournal(of hub: Hub) async {
        let isFree = isMeasuringJournal.withLock { isMeasuring in
            defer { isMeasuring = true }
            return !isMeasuring
        }
        guard isFree else { return }
        _ = await isDone(within: Self.patience) { [self] in
            await hub.measureJournal()
            isMeasuringJournal.withLock { $0 = false }
        }
    }

    private func measureAuditLog() {
        auditFailing.record(auditLog?.isFailing == true ? 1 : 0)
        let omitted = auditLog?.omittedLines ?? 0
        let new = countedOmissions.withLock { counted in
            defer { counted = omitted }
            return omitted - counted
        }
        auditOmitted.increment(by: new)
    }

    private func add(_ refusals: RefusalCounts) {
        for (reason, counter) in self.refusals {
            let new = countedRefusals.withLock { counted in
                let all = refusals[reason]
                defer { counted[reason] = all }
                return all - counted[reason, default: 0]
            }
            counter.increment(by: new)
        }
    }
}
