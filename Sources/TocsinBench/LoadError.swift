/// Why a load could not be put on a server.
package struct LoadError: Error, Hashable, CustomStringConvertible {
    /// One line in lower case.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
