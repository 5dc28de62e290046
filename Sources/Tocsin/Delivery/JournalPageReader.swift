import NIOCore

/// Reads pages for a shard from the journal, and brings them to the shard's event loop.
final class JournalPageReader: PageReader {
    /// How large a page is.
    private static let pageLimit = PageLimit(alarms: 256, bytes: 256 << 10)

    let limit: Int
    private let journal: any Journal
    private let eventLoop: any EventLoop

    init(_ journal: any Journal, eventLoop: any EventLoop, limit: Int) {
        self.journal = journal
        self.eventLoop = eventLoop
        self.limit = limit
    }

    func read(
        after: AlarmID?, through: AlarmID, for addresses: [Address],
        completion: @escaping (Result<Page, JournalError>) -> Void
    ) {
        let promise = eventLoop.makePromise(of: Result<Page, JournalError>.self)
        promise.futureResult.assumeIsolated().whenSuccess(completion)
        Self.read(journal, after: after, through: through, for: addresses, into: promise)
    }

    private static func read(
        _ journal: any Journal, after: AlarmID?, through: AlarmID, for addresses: [Address],
        into promise: EventLoopPromise<Result<Page, JournalError>>
    ) {
        Task {
            promise.succeed(await page(of: journal, after: after, through: through, for: addresses))
        }
    }

    private static func page(
        of journal: any Journal, after: AlarmID?, through: AlarmID, for addresses: [Address]
    ) async -> Result<Page, JournalError> {
        do throws(JournalError) {
            return .success(
                try await journal.alarms(after: after, through: through, for: .addresses(addresses), limit: pageLimit))
        } catch {
            return .failure(error)
        }
    }
}
