public import ServerSentEvents

extension EventSource {
    /// The events of a source; see ``EventSource/events``.
    public struct Events: AsyncSequence, Sendable {
        let updates: Updates

        /// A loop, which begins when it is asked for the first time. A source has one at a time.
        public func makeAsyncIterator() -> Iterator {
            Iterator(updates: updates.makeAsyncIterator())
        }

        /// Reads one event after another.
        public struct Iterator: AsyncIteratorProtocol {
            var updates: Updates.Iterator

            /// The next event, or `nil` when the source has stopped for good (204).
            ///
            /// - Throws: ``EventSourceError`` where it has stopped for another reason, `CancellationError` when the task is cancelled.
            public mutating func next(
                isolation actor: isolated (any Actor)? = #isolation
            ) async throws -> MessageEvent? {
                while let update = try await updates.next(isolation: actor) {
                    if case .item(.event(let event)) = update { return event }
                }
                return nil
            }
        }
    }
}
