/// What `tocsin listen` does with an event.
enum EventOutput: Hashable, Sendable {
    /// Prints it for people.
    case text(isColored: Bool)
    /// Prints it as a JSON object on a line.
    case json
    /// Runs this in the shell.
    case command(String)

    /// Whether it is of no use once nobody reads standard output.
    var isPrinted: Bool {
        switch self {
        case .text, .json: true
        case .command: false
        }
    }
}
