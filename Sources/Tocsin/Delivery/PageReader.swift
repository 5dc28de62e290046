import DequeModule

/// Reads pages of the journal for a shard. Used on the shard's event loop only.
package protocol PageReader: AnyObject {
    /// How many pages may be read at a time.
    var limit: Int { get }

    /// - Parameters:
    ///   - after: `nil` for everything that is kept.
    ///   - completion: is called on the event loop, once.
    func read(
        after: AlarmID?, through: AlarmID, for addresses: [Address],
        completion: @escaping (Result<Page, JournalError>) -> Void)
}

/// The subscribers that wait for their turn to read a page.
///
/// Pages take memory, and a database has only so many readers: ten thousand streams that come back at once wait here,
/// which costs each a place in a queue.
final class PageQueue {
    private struct Job {
        let number: UInt64
        let subscriber: Subscriber
        let after: AlarmID
        let through: AlarmID
        let completion: (Result<Page, JournalError>) -> Void

        /// A job that was cancelled keeps its place, until it comes to the front or there are too many.
        var isWanted: Bool { subscriber.waitingPage == number }
    }

    private let reader: any PageReader
    private var waiting = Deque<Job>()
    /// How many of `waiting` have been cancelled.
    private var cancelled = 0
    private var running = 0
    private var lastNumber: UInt64 = 0

    init(_ reader: any PageReader) {
        self.reader = reader
    }

    /// Reads a page for a subscriber, in place of one that it waits for.
    ///
    /// - Parameter after: ``AlarmID/zero`` for everything that is kept.
    func read(
        after: AlarmID, through: AlarmID, for subscriber: Subscriber,
        completion: @escaping (Result<Page, JournalError>) -> Void
    ) {
        cancel(subscriber)
        lastNumber += 1
        subscriber.waitingPage = lastNumber
        waiting.append(
            Job(number: lastNumber, subscriber: subscriber, after: after, through: through, completion: completion))
        startNext()
    }

    /// The subscriber needs no page any more. Amortized O(1): places are cleared when half of them are void.
    func cancel(_ subscriber: Subscriber) {
        guard subscriber.waitingPage != nil else { return }
        subscriber.waitingPage = nil
        cancelled += 1
        if cancelled > 32, cancelled > waiting.count / 2 {
            waiting.removeAll { !$0.isWanted }
            cancelled = 0
        }
    }

    private func startNext() {
        while running < reader.limit, let job = waiting.popFirst() {
            guard job.isWanted else {
                cancelled -= 1
                continue
            }
            job.subscriber.waitingPage = nil
            running += 1
            reader.read(
                after: job.after == .zero ? nil : job.after, through: job.through, for: job.subscriber.addresses
            ) { [weak self] result in
                self?.running -= 1
                job.completion(result)
                self?.startNext()
            }
        }
    }
}
