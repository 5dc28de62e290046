import Synchronization

/// The value, or the values, of one metric with certain labels. Adding to it takes no lock.
protocol Series: AnyObject, Sendable {
    /// Its lines, but for the name of the metric.
    ///
    /// - Parameter labels: in their canonical form: `a="1",b="2"`.
    func samples(labels: String) -> [Sample]
}

/// A line of the exposition, but for the name of the metric.
struct Sample {
    /// What follows the metric's name: `_sum`.
    var suffix = ""
    /// `a="1",b="2"`, or empty.
    var labels: String
    var value: String
}

/// A number that several threads add to.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double {
        get { Double(bitPattern: bits.load(ordering: .relaxed)) }
        set { bits.store(newValue.bitPattern, ordering: .relaxed) }
    }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let outcome = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if outcome.exchanged { return }
            old = outcome.original
        }
    }
}
