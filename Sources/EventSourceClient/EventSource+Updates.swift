public import ServerSentEvents

extension EventSource {
    /// Something that happens to a source.
    public enum Update: Sendable {
        /// The connection fares otherwise than before.
        case state(State)
        /// What the stream brought: an event, a comment or a reconnection time.
        case item(EventStreamItem)
    }

    /// All that happens to a source, in order; see ``EventSource/updates``.
    public struct Updates: AsyncSequence, Sendable {
        let source: EventSource

        /// A loop, which begins when it is asked for the first time. A source has one at a time.
        public func makeAsyncIterator() -> Iterator {
            Iterator(loop: EventSourceLoop(source))
        }

        /// Reads one update after another.
        public struct Iterator: AsyncIteratorProtocol {
            let loop: EventSourceLoop

            /// The next update, or `nil` when the source has stopped for good (204).
            ///
            /// - Throws: ``EventSourceError`` where it has stopped for another reason, `CancellationError` when the task is cancelled.
            public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Update? {
                try await loop.next(isolation: actor)
            }
        }
    }
}
