/// Figures of several servers, one of each in every round.
struct Samples: Hashable, Sendable {
    private var values: [BenchServer.Kind: [Double]] = [:]

    mutating func add(_ value: Double, of kind: BenchServer.Kind) {
        values[kind, default: []].append(value)
    }

    /// `nil` where there are none.
    func median(of kind: BenchServer.Kind) -> Double? {
        values[kind]?.median
    }

    /// The median of the ratios within each round, which what disturbs a whole round does not change.
    func ratio(of kind: BenchServer.Kind, to peer: BenchServer.Kind) -> Double? {
        guard let own = values[kind], let others = values[peer] else { return nil }
        return zip(own, others).map { $0 / $1 }.median
    }
}

extension Array where Element == Double {
    /// `nil` where there are none.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
