/// Why a connection failed or ended.
public struct EventSourceError: Error, CustomStringConvertible {
    /// What happened. More may be added.
    public struct Code: Hashable, Sendable {
        private enum Value {
            case connectionFailed, ended, timedOut, badStatus, badContentType, badRequest, badRedirect, tooLarge, inUse
        }
        private let value: Value

        /// No connection came about, or it broke. Another attempt follows.
        public static let connectionFailed = Code(value: .connectionFailed)
        /// The server ended the stream. Another attempt follows.
        public static let ended = Code(value: .ended)
        /// The server did not answer, or the stream brought nothing, for longer than the options allow. Another attempt follows.
        public static let timedOut = Code(value: .timedOut)
        /// The status is not 200. Another attempt follows only for ``EventSource/Options/retriedStatuses``.
        public static let badStatus = Code(value: .badStatus)
        /// The answer is no `text/event-stream`. This is the end.
        public static let badContentType = Code(value: .badContentType)
        /// The URL is none that can be asked for. This is the end.
        public static let badRequest = Code(value: .badRequest)
        /// Redirects run in a circle, or there are too many. This is the end.
        public static let badRedirect = Code(value: .badRedirect)
        /// A line or an event is longer than ``EventSource/Options/limits``. This is the end.
        public static let tooLarge = Code(value: .tooLarge)
        /// The source is being iterated already; make another. This is the end of the new loop, and nothing to the old one.
        public static let inUse = Code(value: .inUse)
    }

    /// What happened.
    public var code: Code
    /// One line that says what is wrong.
    public var message: String
    /// The status of the answer, where there is one.
    public var status: Int?
    /// What the answer says, where its status or content type ends the loop: of its body the
    /// first 16 KiB that come within two seconds.
    public var body: [UInt8] = []
    /// The error that this one was made of, where there is one.
    public var cause: (any Error)?

    init(_ code: Code, _ message: String, status: Int? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.cause = cause
    }

    public var description: String { message }
}
