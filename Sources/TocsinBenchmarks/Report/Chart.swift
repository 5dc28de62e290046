import Foundation

/// A line chart as SVG, which follows the reader's choice of light or dark.
struct Chart: Hashable, Sendable {
    struct Series: Hashable, Sendable {
        let name: String
        /// By x, both greater than zero on a logarithmic axis.
        let points: [Point]
    }

    struct Point: Hashable, Sendable {
        let x: Double
        let y: Double
    }

    let title: String
    let x: Axis
    let y: Axis
    let series: [Series]

    static let size = (width: 460.0, height: 330.0)
    private static let frame = (left: 66.0, right: 18.0, top: 58.0, bottom: 48.0)

    /// Its elements, in a square of ``size``.
    var elements: String {
        let points = series.flatMap(\.points)
        let across = Scale(x, values: points.map(\.x), from: Self.frame.left, to: Self.size.width - Self.frame.right)
        let up = Scale(y, values: points.map(\.y), from: Self.size.height - Self.frame.bottom, to: Self.frame.top)
        var text = Self.text(title, x: 12, y: 20, "title")
        text += legend
        for tick in up.ticks {
            let at = up.position(of: tick)
            text += Self.line(Self.frame.left, at, Self.size.width - Self.frame.right, at, "grid")
            text += Self.text(Axis.label(tick), x: Self.frame.left - 8, y: at + 4, "end")
        }
        for tick in across.ticks {
            let at = across.position(of: tick)
            text += Self.line(at, Self.size.height - Self.frame.bottom, at, Self.frame.top, "grid")
            text += Self.text(Axis.label(tick), x: at, y: Self.size.height - Self.frame.bottom + 18, "middle")
        }
        let middle = (Self.frame.left + Self.size.width - Self.frame.right) / 2
        text += Self.text(x.label, x: middle, y: Self.size.height - 10, "middle")
        for (index, series) in series.enumerated() {
            let places = series.points.map { (across.position(of: $0.x), up.position(of: $0.y)) }
            let path = places.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
            text += "<polyline class=\"series s\(index)\" points=\"\(path)\"/>\n"
            for place in places {
                text +=
                    "<circle class=\"dot d\(index)\" cx=\"\(Self.number(place.0))\" "
                    + "cy=\"\(Self.number(place.1))\" r=\"3\"/>\n"
            }
        }
        return text
    }

    private var legend: String {
        var text = ""
        var left = 12.0
        for (index, series) in series.enumerated() {
            text += Self.line(left, 38, left + 18, 38, "series s\(index)")
            text += Self.text(series.name, x: left + 24, y: 42, "start")
            left += 42 + 7.5 * Double(series.name.count)
        }
        return text
    }

    private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String) -> String {
        "<line class=\"\(name)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\"/>\n"
    }

    private static func text(_ text: String, x: Double, y: Double, _ name: String) -> String {
        "<text class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\">\(escaped(text))</text>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension Chart {
    /// A picture of charts side by side.
    static func picture(_ charts: [Chart]) -> String {
        let width = Int(size.width) * charts.count
        let label = escaped(charts.map(\.title).joined(separator: "; "))
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(Int(size.height))" width="\(width)" \
            height="\(Int(size.height))" role="img" aria-label="\(label)">
            <style>
            text { font: 12px system-ui, sans-serif; fill: #333 }
            .title { font-weight: 600; font-size: 14px }
            .end { text-anchor: end }
            .middle { text-anchor: middle }
            .back { fill: #fff }
            .grid { stroke: #ddd; stroke-width: 1 }
            .series { fill: none; stroke-width: 2 }
            .s0 { stroke: #b5310b } .d0 { fill: #b5310b }
            .s1 { stroke: #1761a8 } .d1 { fill: #1761a8 }
            .s2 { stroke: #4f7a28 } .d2 { fill: #4f7a28 }
            @media (prefers-color-scheme: dark) {
            text { fill: #ddd }
            .back { fill: #16181d }
            .grid { stroke: #3a3d44 }
            .s0 { stroke: #ff8a5c } .d0 { fill: #ff8a5c }
            .s1 { stroke: #6db3f2 } .d1 { fill: #6db3f2 }
            .s2 { stroke: #a5cf74 } .d2 { fill: #a5cf74 }
            }
            </style>
            <rect class="back" width="\(width)" height="\(Int(size.height))"/>

            """
        for (index, chart) in charts.enumerated() {
            text += "<g transform=\"translate(\(Int(size.width) * index) 0)\">\n\(chart.elements)</g>\n"
        }
        return text + "</svg>\n"
    }
}
