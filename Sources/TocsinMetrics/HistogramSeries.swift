import CoreMetrics
import Synchronization

/// How many values lie up to each of some bounds, and their sum. A timer's values are seconds.
package final class HistogramSeries: RecorderHandler, TimerHandler, Series {
    private final class Bucket: Sendable {
        let count = Atomic<Int>(0)
    }

    private let bounds: [Double]
    /// One for each bound, and one for what is beyond.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        self.buckets = (0...bounds.count).map { _ in Bucket() }
    }

    package func record(_ value: Int64) { record(Double(value), times: 1) }
    package func record(_ value: Double) { record(value, times: 1) }
    package func recordNanoseconds(_ duration: Int64) { recordNanoseconds(duration, times: 1) }

    /// The same as to record it so many times.
    package func recordNanoseconds(_ duration: Int64, times: Int) {
        record(Double(duration) / 1e9, times: times)
    }

    private func record(_ value: Double, times: Int) {
        guard times > 0, !value.isNaN else { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[place].count.wrappingAdd(times, ordering: .relaxed)
        sum.add(value * Double(times))
    }

    func samples(labels: String) -> [Sample] {
        var samples: [Sample] = []
        var count = 0
        for (bound, bucket) in zip(bounds + [.infinity], buckets) {
            // The count is the last bucket's, so that both agree whatever is added meanwhile.
            count += bucket.count.load(ordering: .relaxed)
            let separator = labels.isEmpty ? "" : ","
            let bound = "\(labels)\(separator)le=\"\(PrometheusText.number(bound))\""
            samples.append(Sample(suffix: "_bucket", labels: bound, value: String(count)))
        }
        samples.append(Sample(suffix: "_sum", labels: labels, value: PrometheusText.number(sum.value)))
        samples.append(Sample(suffix: "_count", labels: labels, value: String(count)))
        return samples
    }
}
