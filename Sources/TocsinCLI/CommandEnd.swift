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

    init(_ error: any Error) {
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
            // What the parser says is a sentence of its own, with a capital and perhaps in several lines.
            let message = TocsinCommand.message(for: error)
            self.error = Self.line(message.prefix(1).lowercased() + message.dropFirst() + "; see 'tocsin --help'")
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

    private static func line(_ message: String) -> String {
        let words = message.split(whereSeparator: \.isWhitespace)
        return "tocsin: " + words.joined(separator: " ").replacing(".;", with: ";") + "\n"
    }
}
