import ArgumentParser
import Foundation

/// Measures the budgets, and how cost grows.
struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets", abstract: "Measure each budget beside its peer, and how cost grows.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Only these rows, like 1,7.")
    var rows = ""

    @Flag(help: "Measure how cost grows, and draw it.")
    var plots = false

    func run() async throws {
        let wanted = Set(rows.split(separator: ",").compactMap { Int($0) })
        let chosen = Rows.all.filter { wanted.isEmpty || !wanted.isDisjoint(with: $0.numbers) }
        let draws = plots || wanted.isEmpty
        try await options.withBench { bench in
            if !bench.hasNchan { say("nginx with Nchan is not installed, so that nothing is compared with it") }
            let output = try ReportFolder(options.output)
            var findings: [Finding] = []
            for row in chosen {
                say("row \(row.numbers.map(String.init).joined(separator: " and "))")
                let here = try await row.findings(bench).filter { wanted.isEmpty || wanted.contains($0.row) }
                for finding in here {
                    say("    \(finding.what): \(finding.measured), \(finding.peer), \(finding.ratio)")
                }
                findings += here
            }
            findings.sort { $0.row < $1.row }
            var report = "\(Machine.description) Medians of \(bench.pairs), and of the ratios within a round.\n\n"
            report += MarkdownTable(findings).description
            if draws {
                let growth = try await Growth.measured(bench)
                for (name, picture) in growth.pictures { try output.write(picture, to: name) }
                report += "\n" + growth.markdown
            }
            try output.write(report, to: "bench.md")
            print(report, terminator: "")
        }
    }
}
