import Foundation

/// What one direction of a chart shows.
struct Axis: Hashable, Sendable {
    let label: String
    var isLogarithmic = false

    /// A number in as few characters as tell it: `15k`, `0.5`.
    static func label(_ value: Double) -> String {
        switch abs(value) {
        case 1_000_000...: "\(short(value / 1_000_000))M"
        case 1000...: "\(short(value / 1000))k"
        default: short(value)
        }
    }

    private static func short(_ value: Double) -> String {
        String(format: "%.4g", value)
    }
}

/// Where values are on an axis.
struct Scale: Hashable, Sendable {
    let ticks: [Double]
    private let isLogarithmic: Bool
    private let low: Double
    private let high: Double
    private let from: Double
    private let to: Double

    /// - Parameters:
    ///   - from: where the lowest is.
    ///   - to: where the highest is.
    init(_ axis: Axis, values: [Double], from: Double, to: Double) {
        isLogarithmic = axis.isLogarithmic
        self.from = from
        self.to = to
        if axis.isLogarithmic {
            let positive = values.filter { $0 > 0 }
            let lowest = floor(log10(positive.min() ?? 1))
            let highest = max(lowest + 1, ceil(log10(positive.max() ?? 10)))
            low = lowest
            high = highest
            ticks = (Int(lowest)...Int(highest)).map { pow(10, Double($0)) }
        } else {
            let step = Self.step(for: values.max() ?? 1)
            low = 0
            high = step * max(1, ((values.max() ?? 1) / step).rounded(.up))
            ticks = (0...Int((high / step).rounded())).map { Double($0) * step }
        }
    }

    func position(of value: Double) -> Double {
        let place = isLogarithmic ? log10(max(value, pow(10, low))) : value
        return from + (to - from) * (place - low) / (high - low)
    }

    /// 1, 2 or 5 times a power of ten, of which about five make up `maximum`.
    private static func step(for maximum: Double) -> Double {
        guard maximum > 0 else { return 1 }
        let power = pow(10, floor(log10(maximum / 5)))
        return [1, 2, 5, 10].map { $0 * power }.first { maximum / $0 <= 5.5 } ?? 10 * power
    }
}
