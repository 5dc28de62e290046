/// What is known of a metric before anything is measured.
package struct MetricDescription: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case counter
        case gauge
        case histogram
    }

    package let name: String
    package let kind: Kind
    /// One sentence: what it counts, and of what its value is a number.
    package let help: String
    /// The names of its labels, whose values are of a closed set.
    package let labels: [String]
    /// The upper bounds of a histogram's buckets, ascending; the last bucket, without a bound, is not among them.
    package let bounds: [Double]

    package init(_ name: String, _ kind: Kind, labels: [String] = [], bounds: [Double] = [], help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.bounds = bounds
    }

    /// Seconds, from a tenth of a millisecond to ten seconds.
    package static let durationBounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}
