import Foundation
import ServerSentEvents

/// An event as people read it: its type, and its data, whose further lines stand below the first.
struct EventText {
    let isColored: Bool

    /// Whether standard output is a terminal whose owner wants colours.
    static func isColored(environment: [String: String]) -> Bool {
        isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb" && environment["NO_COLOR"]?.isEmpty != false
    }

    /// - Returns: one or more whole lines.
    func lines(_ event: MessageEvent) -> String {
        let type = Self.printable(event.type.string)
        let indent = String(repeating: " ", count: type.count + 2)
        let data = event.data.split(separator: "\n", omittingEmptySubsequences: false).map(Self.printable)
        let name = isColored ? "\u{1B}[1;36m\(type)\u{1B}[0m" : type
        return name + "  " + data.joined(separator: "\n" + indent) + "\n"
    }

    /// A tab, and what joins letters and emoji or keeps them apart.
    private static let harmless: Set<Unicode.Scalar> = ["\t", "\u{200C}", "\u{200D}"]

    /// What a sender must not do to a terminal, or to the look of a line, is told by its number.
    static func printable(_ text: some StringProtocol) -> String {
        LineText.escaped(text, keeping: harmless)
    }
}
