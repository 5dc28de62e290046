/// What `tocsin listen` does with an event.
enum EventOutput: Hashable, Sendable {
    /// Prints it for people.
    case text(isColored: Bool)
    /// Prints it as a JSON object on a line.
    case json
    /// Runs this in the shell.
    case command(String)
}
