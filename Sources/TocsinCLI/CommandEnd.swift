import ArgumentParser

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// How the process ends that was stopped by an error, or by a wish like `--help`.
struct CommandEnd: Hashable {
    let status: CInt
    /// For standard output.
    var output = ""
    /// For standard error: nothing, or one line.
    var error = ""

    /// - Parameters:
    ///   - error: what stopped it.
    ///   - arguments: the command line, without the program.
    init(_ error: any Error, arguments: [String]) {
        // All has been said.
        if let code = error as? ExitCode {
            status = code.rawValue
            return
        }
        if let failure = error as? CommandFailure {
            status = failure.status.rawValue
            self.error = Self.line(failure.message)
            return
        }
        let code = TocsinCommand.exitCode(for: error)
        status = code.rawValue
        switch code {
        case .success:
            output = TocsinCommand.fullMessage(for: error) + "\n"
        case .validationFailure:
            self.error = Self.line(
                Self.clause(TocsinCommand.message(for: error)) + "; see '\(Self.help(of: arguments))'")
        default:
            self.error = Self.line(String(describing: error))
        }
    }

    /// Says it and ends the process.
    func leave() -> Never {
        print(output, terminator: "")
        fflush(nil)
        _ = error.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        exit(status)
    }

    /// What the parser says is one or two sentences of its own, with a capital and perhaps in several lines.
    private static func clause(_ message: String) -> String {
        var clause = message.prefix(1).lowercased() + message.dropFirst()
        if let range = clause.firstRange(of: ". Did you mean ") {
            clause.replaceSubrange(range, with: ", perhaps ")
            clause = String(clause.trimmingSuffix { $0.isWhitespace || $0 == "?" })
        }
        return String(clause.trimmingSuffix { $0.isWhitespace || $0 == "." })
    }

    /// The command that tells more.
    private static func help(of arguments: [String]) -> String {
        let command = arguments.first.flatMap { name in
            TocsinCommand.configuration.subcommands.first { $0.configuration.commandName == name }
        }
        return ["tocsin", command?.configuration.commandName, "--help"].compactMap(\.self).joined(separator: " ")
    }

    private static func line(_ message: String) -> String {
        "tocsin: " + message.split(whereSeparator: \.isWhitespace).joined(separator: " ") + "\n"
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        prefix(upTo: lastIndex { !predicate($0) }.map(index(after:)) ?? startIndex)
    }
}
