@testable import Tocsin

/// A shard, and the event loop on which it takes what was committed when its turn comes.
final class SimulatedLoop {
    enum Item {
        case entry(Entry)
        case discontinuity(AlarmID)
    }

    let number: Int
    let shard: Shard
    let pages: SimulatedPageReader
    var mailbox: [Item] = []
    /// The floors that retention told of.
    var floors: [AlarmID] = []
    var ticks = 0

    init(number: Int, shard: Shard, pages: SimulatedPageReader) {
        self.number = number
        self.shard = shard
        self.pages = pages
    }

    func post(_ commit: Commit) {
        switch commit {
        case .entries(let entries, _): mailbox += entries.map(Item.entry)
        case .discontinuity(let head): mailbox.append(.discontinuity(head))
        }
    }

    /// Some entries, or a discontinuity.
    func takeMail(atMost limit: Int) -> (entries: [Entry], discontinuity: AlarmID?) {
        var entries: [Entry] = []
        while entries.count < limit, let item = mailbox.first {
            if case .discontinuity(let head) = item {
                if entries.isEmpty {
                    mailbox.removeFirst()
                    return ([], head)
                }
                break
            }
            if case .entry(let entry) = item { entries.append(entry) }
            mailbox.removeFirst()
        }
        return (entries, nil)
    }
}

/// Reads pages when it is told to, and brings them later, in any order.
final class SimulatedPageReader: PageReader {
    struct Job {
        let after: AlarmID?
        let through: AlarmID
        let addresses: [Address]
        let completion: (Result<Page, JournalError>) -> Void
        var result: Result<Page, JournalError>?
    }

    let limit: Int
    private let pageLimit: PageLimit
    private(set) var jobs: [Job] = []

    init(limit: Int, pageLimit: PageLimit) {
        self.limit = limit
        self.pageLimit = pageLimit
    }

    func read(
        after: AlarmID?,
        through: AlarmID,
        for addresses: [Address],
        completion: @escaping (Result<Page, JournalError>) -> Void
    ) {
        jobs.append(Job(after: after, through: through, addresses: addresses, completion: completion))
    }

    func readPage(at place: Int, of journal: SimulatedJournal, at now: Timestamp, fails: Bool) {
        let job = jobs[place]
        guard job.result == nil else { return }
        if fails {
            jobs[place].result = .failure(JournalError(code: .unavailable, message: "unavailable"))
        } else {
            jobs[place].result = .success(
                journal.state.alarms(
                    after: job.after,
                    through: job.through,
                    for: .addresses(job.addresses),
                    limit: pageLimit,
                    at: now
                )
            )
        }
    }

    func removeJob(at place: Int) -> Job {
        jobs.remove(at: place)
    }
}
