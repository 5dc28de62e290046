/// Why a parser gave up on an event stream.
public struct EventStreamError: Error, Hashable, CustomStringConvertible {
    /// What went wrong. More may be added.
    public struct Code: Hashable, Sendable {
        private enum Value { case lineTooLong, dataTooLong }
        private let value: Value

        /// A line is longer than ``EventStreamParser/Limits/lineLength``.
        public static let lineTooLong = Code(value: .lineTooLong)
        /// The data of an event is longer than ``EventStreamParser/Limits/dataLength``.
        public static let dataTooLong = Code(value: .dataTooLong)
    }

    /// What went wrong.
    public let code: Code
    /// One line that says what is wrong.
    public let message: String

    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
