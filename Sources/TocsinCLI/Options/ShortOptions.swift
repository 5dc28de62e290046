import ArgumentParser

/// Finds what begins with one dash and is no option, which the parser would take apart: the `h` of `-dash` for `-h`.
enum ShortOptions {
    /// - Parameter arguments: the command line, without the program.
    /// - Throws: ``CommandFailure`` for a dash that is neither `-h`, nor in a value, nor after `--`.
    static func check(_ arguments: [String]) throws(CommandFailure) {
        let command = arguments.first
        let withValue = optionsWithValue(of: command)
        var isValue = false
        for argument in arguments {
            if isValue {
                isValue = false
                continue
            }
            if argument == "--" { return }
            isValue = withValue.contains(argument)
            guard argument.hasPrefix("-"), !argument.hasPrefix("--"), !["-", "-h"].contains(argument) else { continue }
            throw CommandFailure(
                usage: "unexpected option '\(argument)'; "
                    + (command == PublishCommand.configuration.commandName
                        ? "put -- before a text that begins with -" : "see 'tocsin \(command ?? "") --help'"))
        }
    }

    private static func optionsWithValue(of command: String?) -> Set<String> {
        switch command {
        case ServeCommand.configuration.commandName, DemoCommand.configuration.commandName:
            Set(ServeOptions.onCommandLine.filter { $0.kind != .flag }.map(\.flag))
        case PublishCommand.configuration.commandName: PublishCommand.optionsWithValue
        case ListenCommand.configuration.commandName: ListenCommand.optionsWithValue
        case DecodeCommand.configuration.commandName: DecodeCommand.optionsWithValue
        case TokenCommand.configuration.commandName: TokenCommand.optionsWithValue
        case KeyCommand.configuration.commandName: KeyCommand.optionsWithValue
        case BenchCommand.configuration.commandName: BenchCommand.optionsWithValue
        default: []
        }
    }
}
