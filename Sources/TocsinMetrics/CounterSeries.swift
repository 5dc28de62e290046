import CoreMetrics
import Synchronization

/// A whole number that only grows.
final class CounterSeries: CounterHandler, Series {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func samples(labels: String) -> [Sample] {
        [Sample(labels: labels, value: String(value.load(ordering: .relaxed)))]
    }
}

/// A number that only grows.
final class FloatingPointCounterSeries: FloatingPointCounterHandler, Series {
    private let sum = AtomicDouble()

    func increment(by amount: Double) {
        guard amount > 0 else { return }
        sum.add(amount)
    }

    func reset() {
        sum.value = 0
    }

    func samples(labels: String) -> [Sample] {
        [Sample(labels: labels, value: PrometheusText.number(sum.value))]
    }
}

/// A number that goes up and down.
final class GaugeSeries: RecorderHandler, MeterHandler, Series {
    private let current = AtomicDouble()

    func record(_ value: Int64) { current.value = Double(value) }
    func record(_ value: Double) { current.value = value }
    func set(_ value: Int64) { current.value = Double(value) }
    func set(_ value: Double) { current.value = value }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }

    func samples(labels: String) -> [Sample] {
        [Sample(labels: labels, value: PrometheusText.number(current.value))]
    }
}
