import ArgumentParser

/// The command `tocsin`; what it does is in its subcommands.
@main
struct TocsinCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tocsin",
        abstract: "Alarms for web pages: publish over HTTP, listen with EventSource, miss nothing.",
        version: version,
        subcommands: [
            ServeCommand.self, DemoCommand.self, PublishCommand.self, ListenCommand.self, DecodeCommand.self,
            TokenCommand.self, KeyCommand.self, BenchCommand.self,
        ])

    func run() async throws {
        throw CommandFailure(usage: "a command is missing; see 'tocsin --help'")
    }

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try ShortOptions.check(arguments)
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            CommandEnd(error, arguments: arguments).leave()
        }
    }
}
