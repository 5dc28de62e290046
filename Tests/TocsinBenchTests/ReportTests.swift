import Foundation
import Testing

@testable import TocsinBenchmarks

#if canImport(FoundationXML)
import FoundationXML
#endif

struct ReportTests {
    @Test func `a table is Markdown whatever is in its cells`() {
        var table = MarkdownTable(["a", "b"])
        table.add(["1|2", "3"])
        #expect(table.description == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |\n")
    }

    @Test(arguments: [
        (0, "0.00"), (0.4567, "0.46"), (12.34, "12.3"), (123.4, "123"), (999.6, "1,000"), (1_234_567, "1,234,567"),
    ])
    func `numbers have as many digits as tell something`(number: Double, text: String) {
        #expect(Quantity.number(number) == text)
    }

    @Test func `the ratio is the median of the ratios within the rounds`() {
        var samples = Samples()
        for (own, peer) in [(1.0, 2.0), (30, 10), (4, 4)] {
            samples.add(own, of: .tocsin)
            samples.add(peer, of: .nchan)
        }
        #expect(samples.ratio(of: .tocsin, to: .nchan) == 1)
        #expect(samples.median(of: .tocsin) == 4)
        #expect(samples.ratio(of: .tocsin, to: .floor) == nil)
        #expect([4.0, 1, 3, 2].median == 2.5)
    }

    @Test func `a logarithmic axis goes over whole powers of ten`() {
        let scale = Scale(Axis(label: "", isLogarithmic: true), values: [3, 15_000], from: 0, to: 500)
        #expect(scale.ticks == [1, 10, 100, 1000, 10_000, 100_000])
        #expect(scale.position(of: 1) == 0)
        #expect(abs(scale.position(of: 1000) - 300) < 0.001)
        #expect(scale.ticks.map(Axis.label) == ["1", "10", "100", "1k", "10k", "100k"])
    }

    @Test(arguments: [(1.0, 0.2), (7.3, 2), (48, 10), (26_500, 5000), (0, 1)])
    func `a plain axis begins at zero in round steps`(maximum: Double, step: Double) {
        let scale = Scale(Axis(label: ""), values: [0, maximum], from: 100, to: 0)
        #expect(scale.ticks.first == 0)
        #expect(abs((scale.ticks.dropFirst().first ?? 0) - step) < step / 1000)
        #expect((scale.ticks.last ?? 0) >= maximum)
        #expect(scale.position(of: 0) == 100)
    }

    @Test func `a picture is XML with a line for each series`() throws {
        let chart = Chart(
            title: "A < B & C", x: Axis(label: "x", isLogarithmic: true), y: Axis(label: "y"),
            series: [
                Chart.Series(name: "one", points: [Chart.Point(x: 1, y: 1), Chart.Point(x: 100, y: 3)]),
                Chart.Series(name: "none", points: []),
            ])
        let picture = Chart.picture([chart, chart])
        let parser = XMLParser(data: Data(picture.utf8))
        let counter = ElementCounter()
        parser.delegate = counter
        #expect(parser.parse())
        #expect(counter.counts["polyline"] == 4)
        #expect(counter.counts["circle"] == 4)
        #expect(!picture.contains("nan") && !picture.contains("inf"))
    }

    @Test func `nginx is told where to listen and how many files it may open`() {
        let text = NchanConfiguration.text(port: 1234, files: 20_000)
        #expect(text.contains("listen 127.0.0.1:1234"))
        #expect(text.contains("worker_rlimit_nofile 20000"))
    }
}

private final class ElementCounter: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        counts[name, default: 0] += 1
    }
}
