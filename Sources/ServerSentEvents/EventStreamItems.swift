extension AsyncSequence where Element: Sequence<UInt8> {
    /// The items of the event stream whose bytes this sequence gives in pieces, such as the body of a response.
    ///
    /// Iteration ends with the bytes, and throws what this sequence throws, or ``EventStreamError`` when a limit is passed.
    ///
    /// - Parameter parser: reads the bytes; give one of your own to set its limits or the last event ID.
    public func eventStreamItems(parser: EventStreamParser = EventStreamParser()) -> EventStreamItems<Self> {
        EventStreamItems(base: self, parser: parser)
    }
}

/// The items of an event stream, read from an asynchronous sequence of its bytes.
public struct EventStreamItems<Base: AsyncSequence>: AsyncSequence where Base.Element: Sequence<UInt8> {
    let base: Base
    let parser: EventStreamParser

    /// Starts to read at the sequence's first bytes.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), parser: parser)
    }

    /// Reads one item after another.
    public struct Iterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        var parser: EventStreamParser
        /// What the last bytes held, and how much of it has been given.
        var items: [EventStreamItem] = []
        var given = 0

        /// The next item, or `nil` when the bytes have ended.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws -> EventStreamItem? {
            while given == items.count {
                // An error comes after the items that were read before it.
                if let failure = parser.failure { throw failure }
                items.removeAll(keepingCapacity: true)
                given = 0
                guard let bytes = try await base.next(isolation: actor) else { return nil }
                try? parser.parse(bytes, into: &items)
            }
            defer { given += 1 }
            return items[given]
        }
    }
}

extension EventStreamItems: Sendable where Base: Sendable {}
