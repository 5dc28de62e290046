public import HTTPTypes
public import ServerSentEvents

extension EventSource {
    /// How the connection is made, and made again.
    public struct Options: Sendable {
        /// The method of the request; `GET` unless given.
        public var method = HTTPRequest.Method.get

        /// Header fields of every attempt. They come before those of the standard: `Accept: text/event-stream`,
        /// `Cache-Control: no-cache`; but `Last-Event-ID` is always the source's own.
        public var headerFields = HTTPFields()

        /// Makes header fields anew for each attempt, such as a token that expires; they replace those of the same name in
        /// ``headerFields``. An error that it throws counts as a connection that failed, and another attempt follows.
        public var headerFieldsForAttempt: (@Sendable () async throws -> HTTPFields)?

        /// The body of the request, sent again with each attempt.
        public var body: [UInt8]?

        /// What to resume after; `EventID.none` begins with what is new.
        public var lastEventID = EventID.none

        /// The least time between the end of one connection and the next attempt, until the server sends another (`retry:`); three
        /// seconds unless given.
        ///
        /// What a server sends counts up to one day. A random time is added, so that not all clients of a server come back at the same
        /// moment: between zero and this time, which doubles with each attempt that fails, up to ``maximumBackoff``.
        public var reconnectionTime = Duration.seconds(3)

        /// The most that is added to the reconnection time; one minute unless given.
        public var maximumBackoff = Duration.seconds(60)

        /// How long an attempt may take until the server's answer begins, redirects and name lookup included; 30 seconds unless
        /// given, `nil` for any time. For a connection to come about the HTTP client has a limit of its own, ten seconds unless
        /// its configuration says otherwise (`timeout.connect`).
        public var connectionTimeout: Duration? = .seconds(30)

        /// How long a stream may bring no byte before it is given up for dead and made anew; `nil`, for any time, unless given.
        ///
        /// Comments are bytes too: choose two or three times the server's heartbeat. Without one a peer that vanished is noticed only
        /// when the operating system notices it.
        public var livenessTimeout: Duration?

        /// The longest line, and the most data of an event; 16 MiB each unless given. More ends the loop with
        /// ``EventSourceError/Code/tooLarge``, since the same would come again.
        public var limits = EventStreamParser.Limits()

        /// Statuses that another attempt follows, after the time that `Retry-After` asks for; none unless given, as the standard has
        /// it. See ``temporaryStatuses``.
        public var retriedStatuses: Set<Int> = []

        /// 408, 425, 429, 500, 502, 503 and 504: what may be answered otherwise later.
        public static let temporaryStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

        /// What the standard says, see each property.
        public init() {}

        /// Tells the time, and waits.
        package var clock: any Clock<Duration> = ContinuousClock()
        /// A number in `0..<1`.
        package var randomness: @Sendable () -> Double = { .random(in: 0..<1) }
    }
}
