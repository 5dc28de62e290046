extension EventStreamParser {
    /// How much of a stream a parser keeps at a time.
    ///
    /// Together they bound its memory: one event's data and at most four lines (one being read, an event type, two ids), each
    /// in an array that may have grown to twice that.
    public struct Limits: Hashable, Sendable {
        /// The greatest length of a line in bytes without its end, whatever it holds.
        public var lineLength: Int

        /// The greatest length of an event's data in bytes, with one for each line break in it.
        public var dataLength: Int

        /// - Parameters:
        ///   - lineLength: the greatest length of a line in bytes without its end; 16 MiB unless given.
        ///   - dataLength: the greatest length of an event's data in bytes; 16 MiB unless given.
        public init(lineLength: Int = 16 * 1024 * 1024, dataLength: Int = 16 * 1024 * 1024) {
            self.lineLength = lineLength
            self.dataLength = dataLength
        }

        /// No limits: only for a server that is trusted not to fill the memory.
        public static let unlimited = Limits(lineLength: .max, dataLength: .max)
    }
}
