import ArgumentParser
import Foundation

/// `tocsin serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve alarms over HTTP.", discussion: ServeArguments.discussion)

    @OptionGroup var arguments: ServeArguments

    @Flag(help: "Print what holds and where each value is from, as a file for --config, and end.")
    var printConfig = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let options = try OptionReader.readingFile(given: arguments.given, environment: environment)
        let settings = try ServeSettings(options, openFileLimit: OpenFileLimit.raise())
        let run = ServeRun(settings)
        run.warnOfUnknownVariables(in: environment)
        guard !printConfig else {
            return print(PrintedConfiguration(of: options, settings: settings), terminator: "")
        }
        try await run.untilStopped()
    }
}
