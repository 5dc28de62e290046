import Testing

@testable import TocsinBench

struct LatencyHistogramTests {
    @Test func `an empty histogram has only zeros`() {
        let histogram = LatencyHistogram()
        #expect(histogram.quantile(0.99) == 0)
        #expect(histogram.maximum == 0)
    }

    @Test(arguments: [0, 1, 63, 64, 127, 128, 129, 1000, 123_456_789, .max])
    func `one time is told at most 1_6 percent too long`(time: UInt64) {
        var histogram = LatencyHistogram()
        histogram.record(time)
        // Something longer, so that the bucket's end is told and not the maximum.
        histogram.record(.max)
        let told = histogram.quantile(0.5)
        #expect(told >= time)
        #expect(Double(told) <= Double(time) * 1.016)
    }

    @Test func `quantiles of a thousand times are those of their order`() {
        var histogram = LatencyHistogram()
        for time in (1...1000).shuffled() { histogram.record(UInt64(time) * 1_000_000) }
        #expect(histogram.count == 1000)
        #expect(histogram.maximum == 1_000_000_000)
        for (part, expected) in [(0.5, 500.0), (0.99, 990.0), (1, 1000.0)] {
            let told = Double(histogram.quantile(part)) / 1_000_000
            #expect(told >= expected && told <= expected * 1.016, "\(part)")
        }
    }

    @Test func `two histograms merged are as one`() {
        var both = LatencyHistogram()
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        for time in UInt64(1)...500 {
            both.record(time * time)
            if time.isMultiple(of: 3) { first.record(time * time) } else { second.record(time * time) }
        }
        first.merge(second)
        #expect(first == both)
    }
}
