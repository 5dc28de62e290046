import DequeModule

/// Decides what the reader of a ``CommitFeed`` gets next: exactly once, in order, without gap.
///
/// Committed batches wait here for the reader. Where they cannot (there are too many, or nobody knows what was
/// committed) the reader is *behind*, and catches up with pages of the journal itself.
package struct CommitFeedState: Sendable {
    /// What the reader has to do.
    package enum Step: Sendable {
        case emit(Commit)
        /// Read a page after ``Reading/after``, then call ``finish(_:standing:page:)`` or ``fail(_:)``.
        case read(Reading)
        /// Nothing was committed since.
        case wait
        /// The feed was closed, or another reader has begun.
        case end
    }

    /// A page being read.
    package struct Reading: Hashable, Sendable {
        package let after: AlarmID
        fileprivate let reader: Int
        fileprivate let generation: Int
    }

    private struct Batch {
        let entries: [Entry]
        let bytes: Int
        let committedAt: UInt64?
    }

    private let capacity: Int
    private var batches: Deque<Batch> = []
    private var bytes = 0
    private var isBehind = false
    private var isClosed = false
    /// Counts the readers; 0 where there was none yet.
    private var reader = 0
    /// Counts the times that the journal's past became uncertain: a page read before tells nothing after.
    private var generation = 0
    /// Everything up to here has been handed to the reader.
    private var emitted: AlarmID = .zero

    /// - Parameter capacity: how many bytes of entries may wait, by ``Entry/estimatedSize``.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// A new reader, who has everything up to `id`. The one before gets nothing more.
    ///
    /// - Returns: the reader's number.
    package mutating func begin(after id: AlarmID) -> Int {
        reader += 1
        generation += 1
        emitted = id
        fallBehind()
        return reader
    }

    /// Takes a batch that was committed after all others; to be called in the order of commits.
    ///
    /// - Parameter now: nanoseconds of the system's uptime.
    package mutating func commit(_ entries: [Entry], at now: UInt64? = nil) {
        guard reader > 0, !isClosed, !isBehind else { return }
        let size = entries.reduce(0) { $0 + $1.estimatedSize }
        guard bytes + size <= capacity else { return fallBehind() }
        batches.append(Batch(entries: entries, bytes: size, committedAt: now))
        bytes += size
    }

    /// What was committed last is not known, or not what was told: only the journal itself can say.
    package mutating func markBehind() {
        generation += 1
        fallBehind()
    }

    package mutating func close() {
        isClosed = true
        dropBatches()
    }

    /// Whether `reader` would have to wait.
    package func isIdle(for reader: Int) -> Bool {
        reader == self.reader && !isClosed && !isBehind && batches.isEmpty
    }

    package mutating func next(for reader: Int) -> Step {
        guard reader == self.reader, !isClosed else { return .end }
        if isBehind {
            // Not behind from before the page is read: what is committed meanwhile waits in a batch.
            isBehind = false
            return .read(Reading(after: emitted, reader: reader, generation: generation))
        }
        while let batch = batches.popFirst() {
            bytes -= batch.bytes
            let entries = batch.entries.filter { $0.id > emitted }
            guard let last = entries.last else { continue }
            emitted = last.id
            return .emit(.entries(entries, committedAt: batch.committedAt))
        }
        return .wait
    }

    /// - Parameters:
    ///   - standing: of ``Reading/after``, asked for before the page.
    ///   - page: of everything after it.
    /// - Returns: `nil` where there is nothing to tell.
    package mutating func finish(_ reading: Reading, standing: Standing, page: Page) -> Commit? {
        guard reading.reader == reader, !isClosed else { return nil }
        guard reading.generation == generation else { return nil }
        if isPastLost(standing: standing, page: page) {
            emitted = page.head
            return .discontinuity(head: page.head)
        }
        emitted = max(emitted, page.position)
        if !page.isComplete { fallBehind() }
        return page.entries.isEmpty ? nil : .entries(page.entries)
    }

    /// The page could not be read.
    package mutating func fail(_ reading: Reading) {
        guard reading.reader == reader else { return }
        fallBehind()
    }

    /// Whether what was emitted is not of this journal any more, or what came after it is gone.
    private func isPastLost(standing: Standing, page: Page) -> Bool {
        guard emitted > .zero else { return false }
        return standing == .unknown || page.head < emitted || emitted < page.floor
    }

    private mutating func fallBehind() {
        isBehind = true
        dropBatches()
    }

    private mutating func dropBatches() {
        batches.removeAll()
        bytes = 0
    }
}
