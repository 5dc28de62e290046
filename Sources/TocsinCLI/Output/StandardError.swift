import Foundation

/// Where a command tells how it fares.
enum StandardError {
    /// Says it in a line, if somebody still reads.
    ///
    /// - Parameter message: the line, without what it is from.
    static func say(_ message: String) {
        let line = "tocsin: \(EventText.printable(message))\n"
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
}
