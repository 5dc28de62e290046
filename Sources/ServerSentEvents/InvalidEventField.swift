/// Why a value cannot be sent in a field of an event stream.
public struct InvalidEventField: Error, Hashable, CustomStringConvertible {
    /// The rule that the value breaks. More may be added.
    public struct Code: Hashable, Sendable {
        private enum Value { case lineBreak, null, empty, negative }
        private let value: Value

        /// The value holds CR or LF, which would end the field.
        public static let lineBreak = Code(value: .lineBreak)
        /// The id holds NUL, for which a reader ignores the whole field.
        public static let null = Code(value: .null)
        /// The event type is empty, which a reader takes for none.
        public static let empty = Code(value: .empty)
        /// The reconnection time is less than zero.
        public static let negative = Code(value: .negative)
    }

    /// The rule that the value breaks.
    public let code: Code
    /// One line that says what is wrong.
    public let message: String

    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
