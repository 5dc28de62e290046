import ArgumentParser

/// What `make bench` runs.
@main
struct BenchmarksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "TocsinBenchmarks",
        abstract: "Measure the server beside its peers.",
        subcommands: [BudgetsCommand.self, StalledReaderCommand.self, RestartCommand.self],
        defaultSubcommand: BudgetsCommand.self)
}

/// What every benchmark is told.
struct BenchOptions: ParsableArguments {
    @Option(help: "The server.")
    var binary = ".build/release/tocsin"

    @Option(help: "The yardstick that does nothing but write(2).")
    var floor = ".build/release/TocsinBenchFloor"

    @Option(help: "Folder for tables and pictures.")
    var output = ".build/bench"

    @Option(help: "How often each comparison is made.")
    var pairs = 5

    func validate() throws {
        guard pairs > 0 else { throw ValidationError("--pairs is 1 or more") }
    }

    /// Runs `body`, and removes its files.
    func withBench<Result>(_ body: (Bench) async throws -> Result) async throws -> Result {
        let bench = try Bench(binary: binary, floor: floor, pairs: pairs)
        defer { bench.remove() }
        return try await body(bench)
    }
}
