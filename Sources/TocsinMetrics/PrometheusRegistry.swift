package import CoreMetrics
import Synchronization

/// Metrics of swift-metrics, as the text that Prometheus reads (exposition format 0.0.4).
///
/// A counter is a counter, a gauge or meter a gauge, a recorder that aggregates and a timer are histograms, those of timers
/// in seconds. Asking for the same name and labels again gives the same series. What would make the text ambiguous, a name
/// that is taken for another kind, or exceed the number of series, is measured and not shown.
package final class PrometheusRegistry: MetricsFactory {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Family {
        let kind: MetricDescription.Kind
        /// By their labels in canonical form.
        var series: [String: any Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        /// The first words of all lines, by the metric that has them.
        var owners: [String: String] = [:]
        var count = 0
        var hidden = 0
    }

    private let descriptions: [String: MetricDescription]
    private let maximumSeries: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - descriptions: of metrics that may be asked for; any other has no help, and bounds for durations.
    ///   - maximumSeries: how many are shown.
    package init(_ descriptions: [MetricDescription] = [], maximumSeries: Int = 1000) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
        self.maximumSeries = maximumSeries
    }

    /// How many series were asked for and are not shown.
    package var hiddenSeries: Int { state.withLock(\.hidden) }

    // MARK: What swift-metrics asks for

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { _ in CounterSeries() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { _ in FloatingPointCounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { _ in GaugeSeries() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? series(label, dimensions, .histogram, make: HistogramSeries.init)
            : series(label, dimensions, .gauge) { _ in GaugeSeries() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram, make: HistogramSeries.init)
    }

    // A series that was shown stays: others may have been given the same.

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func series<S: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricDescription.Kind,
        make: ([Double]) -> S
    ) -> S {
        let name = PrometheusText.metricName(label)
        let labels = Self.labels(dimensions)
        let new = make(descriptions[name]?.bounds ?? MetricDescription.durationBounds)
        return state.withLock { state in
            let known = state.families[name]?.series[labels]
            if let known = known as? S { return known }
            let words = kind == .histogram ? ["", "_bucket", "_sum", "_count"].map { name + $0 } : [name]
            let isFree = words.allSatisfy { state.owners[$0] == nil || state.owners[$0] == name }
            let isOfKind = state.families[name].map { $0.kind == kind } ?? true
            guard known == nil, isFree, isOfKind, state.count < maximumSeries else {
                state.hidden += 1
                return new
            }
            for word in words { state.owners[word] = name }
            state.families[name, default: Family(kind: kind)].series[labels] = new
            state.count += 1
            return new
        }
    }

    /// `a="1",b="2"`, in the order of the names, each once.
    private static func labels(_ dimensions: [(String, String)]) -> String {
        var values: [String: String] = [:]
        for (name, value) in dimensions {
            var name = PrometheusText.labelName(name)
            while values[name] != nil { name += "_" }
            values[name] = PrometheusText.labelValue(value)
        }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
    }
}

// MARK: - The text

extension PrometheusRegistry {
    /// All that is measured, metrics and series in alphabetical order.
    package func text() -> String {
        let families = state.withLock(\.families)
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let help = descriptions[name]?.help {
                text += "# HELP \(name) \(PrometheusText.help(help))\n"
            }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                for sample in series.samples(labels: labels) {
                    let labels = sample.labels.isEmpty ? "" : "{\(sample.labels)}"
                    text += "\(name)\(sample.suffix)\(labels) \(sample.value)\n"
                }
            }
        }
        return text
    }
}
