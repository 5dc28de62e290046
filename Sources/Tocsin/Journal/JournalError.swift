/// A journal that could not do what it was asked.
public struct JournalError: Error, Hashable, CustomStringConvertible {
    public struct Code: Hashable, Sendable {
        private enum Value { case unavailable, outcomeUnknown, closed, unusable }
        private let value: Value

        /// Not now; nothing was stored. The same may work later.
        public static let unavailable = Code(value: .unavailable)
        /// The commit failed in a way that leaves open whether it took place.
        public static let outcomeUnknown = Code(value: .outcomeUnknown)
        /// The journal was closed.
        public static let closed = Code(value: .closed)
        /// The journal cannot be opened as it is: it belongs to another program, another server, or a newer version.
        public static let unusable = Code(value: .unusable)
    }

    public let code: Code
    /// One line: the cause and, where there is one, the cure.
    public let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
