import Metrics
import Testing

@testable import TocsinMetrics

@Suite struct PrometheusRegistryTests {
    @Test("Counters, gauges and histograms are shown with help and type, in alphabetical order")
    func kinds() {
        let registry = PrometheusRegistry([
            MetricDescription("b_total", .counter, help: "How often."),
            MetricDescription("c_seconds", .histogram, bounds: [0.1, 1], help: "How long."),
            MetricDescription("d_alarms", .histogram, bounds: [1, 10], help: "How many."),
        ])
        let timer = Timer(label: "c_seconds", factory: registry)
        timer.recordNanoseconds(100_000_000)
        timer.recordNanoseconds(100_000_001)
        timer.recordNanoseconds(5_000_000_000)
        let sizes = Recorder(label: "d_alarms", factory: registry)
        sizes.record(10)
        sizes.record(0.5)
        let counter = Counter(label: "b_total", factory: registry)
        counter.increment(by: 41)
        counter.increment()
        Gauge(label: "a", factory: registry).record(-1.5)
        #expect(
            registry.text() == """
                # TYPE a gauge
                a -1.5
                # HELP b_total How often.
                # TYPE b_total counter
                b_total 42
                # HELP c_seconds How long.
                # TYPE c_seconds histogram
                c_seconds_bucket{le="0.1"} 1
                c_seconds_bucket{le="1"} 2
                c_seconds_bucket{le="+Inf"} 3
                c_seconds_sum 5.200000001
                c_seconds_count 3
                # HELP d_alarms How many.
                # TYPE d_alarms histogram
                d_alarms_bucket{le="1"} 1
                d_alarms_bucket{le="10"} 2
                d_alarms_bucket{le="+Inf"} 2
                d_alarms_sum 10.5
                d_alarms_count 2

                """)
    }

    @Test("Whole and broken counters only grow, meters go both ways")
    func values() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "a", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        let broken = FloatingPointCounter(label: "b", factory: registry)
        broken.increment(by: 0.25)
        broken.increment(by: 0.5)
        broken.increment(by: -1)
        let meter = Meter(label: "c", factory: registry)
        meter.set(7)
        meter.increment(by: 2)
        meter.decrement(by: 0.5)
        #expect(registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") } == ["a 5", "b 0.75", "c 8.5"])
    }

    @Test("What is asked for twice is one series, in whichever order its labels come")
    func sameSeries() {
        let registry = PrometheusRegistry()
        Counter(label: "a", dimensions: [("x", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "a", dimensions: [("b", "2"), ("x", "1")], factory: registry).increment()
        Counter(label: "a", dimensions: [("b", "0"), ("x", "9")], factory: registry).increment()
        #expect(
            registry.text() == """
                # TYPE a counter
                a{b="0",x="9"} 1
                a{b="2",x="1"} 2

                """)
    }

    @Test("Names are made such as Prometheus takes, values and help are escaped")
    func escaping() {
        let registry = PrometheusRegistry([MetricDescription("_9a_b:c", .counter, help: "one\\\ntwo \"three\"")])
        let labels = [("le", "\"\\\n"), ("__x", "\r\n"), ("1", "가"), ("a-b", ""), ("a.b", "2")]
        Counter(label: "9a b:c", dimensions: labels, factory: registry).increment()
        #expect(
            registry.text() == """
                # HELP _9a_b:c one\\\\\\ntwo "three"
                # TYPE _9a_b:c counter
                _9a_b:c{_1="가",a_b="",a_b_="2",label___x="\r\\n",label_le="\\"\\\\\\n"} 1

                """)
    }

    @Test("A name that is taken for another kind is measured and not shown")
    func conflicts() {
        let registry = PrometheusRegistry()
        Timer(label: "a", factory: registry).recordNanoseconds(1)
        let before = registry.text()
        Counter(label: "a", factory: registry).increment()
        Counter(label: "a_count", factory: registry).increment()
        FloatingPointCounter(label: "a", dimensions: [("b", "1")], factory: registry).increment()
        #expect(registry.text() == before)
        #expect(registry.hiddenSeries == 3)
    }

    @Test("A whole and a broken counter of one name and the same labels do not share a series")
    func counters() {
        let registry = PrometheusRegistry()
        Counter(label: "a", factory: registry).increment()
        FloatingPointCounter(label: "a", factory: registry).increment(by: 1.5)
        #expect(registry.text() == "# TYPE a counter\na 1\n")
    }

    @Test("There are no more series than allowed")
    func bounded() {
        let registry = PrometheusRegistry(maximumSeries: 3)
        for number in 0..<10 {
            Counter(label: "a", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        Counter(label: "a", dimensions: [("n", "2")], factory: registry).increment()
        #expect(registry.text() == "# TYPE a counter\na{n=\"0\"} 1\na{n=\"1\"} 1\na{n=\"2\"} 2\n")
        #expect(registry.hiddenSeries == 7)
    }

    @Test("Nothing is lost when many add at once, and each count agrees with its buckets meanwhile")
    func concurrency() async throws {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "a", factory: registry)
        let timer = Timer(label: "b", factory: registry)
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<5000 {
                        counter.increment()
                        timer.recordNanoseconds(500_000_000)
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    let lines = registry.text().split(separator: "\n")
                    let last = try #require(lines.first { $0.hasPrefix(#"b_bucket{le="+Inf"}"#) })
                    let count = try #require(lines.first { $0.hasPrefix("b_count ") })
                    #expect(last.split(separator: " ").last == count.split(separator: " ").last)
                }
            }
            try await group.waitForAll()
        }
        #expect(registry.text().contains("\na 40000\n"))
        #expect(registry.text().contains("\nb_sum 20000\nb_count 40000\n"))
    }

    @Test("To record a duration so many times is the same as doing so at once")
    func repeated() {
        let (one, other) = (HistogramSeries(bounds: [1]), HistogramSeries(bounds: [1]))
        for _ in 0..<4 { one.recordNanoseconds(250_000_000) }
        other.recordNanoseconds(250_000_000, times: 4)
        other.recordNanoseconds(250_000_000, times: 0)
        #expect(one.samples(labels: "").map(\.value) == other.samples(labels: "").map(\.value))
        #expect(one.samples(labels: "").map(\.value) == ["4", "4", "1", "4"])
    }

    @Test(
        "Numbers are written as Prometheus reads them",
        arguments: [
            (0, "0"), (-3, "-3"), (1.5, "1.5"), (1_795_369_672.5, "1795369672.5"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (0.0001, "0.0001"), (1e-7, "1e-07"), (1e300, "1e+300"),
        ])
    func numbers(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}
