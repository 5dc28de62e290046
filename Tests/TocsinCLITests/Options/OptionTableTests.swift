import ArgumentParser
import Foundation
import Testing
import TocsinMetrics
import TocsinServer

@testable import TocsinCLI

@Suite struct OptionTableTests {
    @Test func `the table of the README is that of the options`() throws {
        let readme = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../README.md").standardized
        let lines = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `--") }.map(String.init)
        let expected = ServeOptions.onCommandLine.map { option in
            let fallback = option.fallback.map { "`\($0)`" } ?? "–"
            return "| `\(option.flag)` | `\(option.variable)` | \(fallback) | \(option.help) |"
        }
        #expect(rows == expected)
    }

    @Test func `the help of the demo says where its journal is`() {
        #expect(ServeCommand.helpMessage(columns: 200).contains("(default: tocsin.db)"))
        let help = DemoCommand.helpMessage(columns: 200)
        #expect(help.contains("(default: a temporary file)") && !help.contains("tocsin.db"))
    }

    @Test func `the table of metrics in the README is that of the catalog`() throws {
        let readme = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../README.md").standardized
        let lines = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `tocsin_") || $0.hasPrefix("| `process_") }.map(String.init)
        let expected = MetricCatalog.all.map { metric in
            let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ", "))}"
            return "| `\(metric.name)\(labels)` | \(metric.kind.rawValue) | \(metric.help) |"
        }
        #expect(rows == expected)
    }

    @Test func `no two options share a name`() {
        #expect(Set(ServeOptions.onCommandLine.map(\.name)).count == ServeOptions.onCommandLine.count)
    }

    @Test func `what follows an option is its value, whatever it begins with`() throws {
        for option in ServeOptions.onCommandLine where option.kind != .flag {
            #expect(throws: Never.self) { try ShortOptions.check(["serve", option.flag, "-h-"]) }
            #expect(throws: Never.self) { try ServeCommand.parse([option.flag, "-h-"]) }
            #expect(throws: Never.self) { try ShortOptions.check(["demo", option.flag, "-h-"]) }
        }
        for flag in PublishCommand.optionsWithValue {
            #expect(throws: Never.self) { try ShortOptions.check(["publish", flag, "-h-", "-", "--", "-dash"]) }
            #expect(throws: Never.self) { try PublishCommand.parse([flag, "-h-", "--", "-dash"]) }
        }
    }

    @Test func `every option of publish that has a value is known`() {
        let help = PublishCommand.helpMessage(columns: 200)
        let options = help.split(separator: "\n").filter { $0.hasPrefix("  --") && $0.contains(" <") }
        #expect(
            Set(options.compactMap { $0.split(separator: " ").first.map(String.init) })
                == PublishCommand.optionsWithValue)
    }

    @Test func `the command line gives every option of the table`() throws {
        let given = try ServeArguments.parse([]).given
        #expect(Set(given.keys) == Set(ServeOptions.onCommandLine))
    }
}
