/// Something that happened to a journal's end.
package enum Commit: Sendable {
    /// Entries that were committed, in the order of their ids; at least one. When they were, by the system's uptime in
    /// nanoseconds, is told where they come right after.
    case entries([Entry], committedAt: UInt64? = nil)
    /// The past was lost, by a failover or a file put back: what came before is not what was sent before.
    case discontinuity(head: AlarmID)
}

/// The commits of a journal, in order and without gap; see ``Journal/commits(after:)``.
package struct Commits: AsyncSequence, Sendable {
    package typealias Element = Commit
    package typealias Failure = Never

    private let pull: @Sendable () async -> Commit?

    /// - Parameter pull: waits for the next commit; `nil` once the journal is closed, or the calling Task cancelled.
    package init(_ pull: @escaping @Sendable () async -> Commit?) {
        self.pull = pull
    }

    package struct Iterator: AsyncIteratorProtocol {
        let pull: @Sendable () async -> Commit?

        package mutating func next() async -> Commit? {
            await pull()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> Commit? {
            await pull()
        }
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(pull: pull)
    }
}
