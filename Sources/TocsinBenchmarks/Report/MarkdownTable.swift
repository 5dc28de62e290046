/// A table in GitHub's Markdown.
struct MarkdownTable: Hashable, CustomStringConvertible {
    let header: [String]
    private(set) var rows: [[String]] = []

    init(_ header: [String]) {
        self.header = header
    }

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// Ends with a line end.
    var description: String {
        ([header, header.map { _ in "---" }] + rows).map { cells in
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }.joined()
    }
}

extension MarkdownTable {
    init(_ findings: [Finding]) {
        self.init(["", "what", "measured", "peer", "ratio", "budget", "met"])
        for finding in findings {
            add([
                "\(finding.row)", finding.what, finding.measured, finding.peer, finding.ratio, finding.budget,
                finding.isMet.map { $0 ? "yes" : "**no**" } ?? "–",
            ])
        }
    }
}
