import ServerSentEvents

@testable import Tocsin

/// A journal that fails, forgets and is late when it is told to, and remembers all that was ever committed.
final class SimulatedJournal {
    struct Logged {
        let entry: Entry
        var withdrawnBy: AlarmID?
    }

    enum AppendFault: CaseIterable {
        case unavailable
        /// Nobody is told whether it was stored.
        case unknownStored, unknownLost
    }

    private enum FeedStage {
        case idle
        case asked(CommitFeedState.Reading)
        case standing(CommitFeedState.Reading, Standing)
        case page(CommitFeedState.Reading, Standing, Page)
    }

    private(set) var state: MemoryJournalState
    private(set) var log: [Logged] = []
    private(set) var faults: [String] = []
    private var feed: CommitFeedState
    private var stage = FeedStage.idle
    private let reader: Int
    private var keys: [Name: AlarmID] = [:]
    private let pageLimit: PageLimit

    init(now: Timestamp, profile: SimulationProfile) {
        state = MemoryJournalState(now: now, keyRetention: profile.retention.keyAge)
        pageLimit = PageLimit(alarms: profile.pageAlarms)
        feed = CommitFeedState(capacity: profile.feedCapacity)
        reader = feed.begin(after: state.head)
    }

    /// The first place in the log that is after `id`.
    func place(after id: AlarmID) -> Int {
        log.partitioningIndex { $0.entry.id > id }
    }

    func logged(_ id: AlarmID) -> Logged? {
        let place = log.partitioningIndex { $0.entry.id >= id }
        return place < log.count && log[place].entry.id == id ? log[place] : nil
    }

    /// Whether an id is of the journal as it is now, not of a past that was lost.
    func isCurrent(_ id: AlarmID) -> Bool {
        id.high == state.head.high
    }

    // MARK: Writing

    func append(
        _ requests: [AppendRequest],
        at now: Timestamp,
        fault: AppendFault?
    ) -> Result<[AppendResult], JournalError> {
        switch fault {
        case nil:
            let (results, entries) = state.append(requests, at: now)
            record(entries)
            feed.commit(entries)
            return .success(results)
        case .unavailable:
            return .failure(JournalError(code: .unavailable, message: "unavailable"))
        case .unknownStored:
            let (_, entries) = state.append(requests, at: now)
            record(entries)
            feed.markBehind()
            return .failure(JournalError(code: .outcomeUnknown, message: "unknown"))
        case .unknownLost:
            feed.markBehind()
            return .failure(JournalError(code: .outcomeUnknown, message: "unknown"))
        }
    }

    private func record(_ entries: [Entry]) {
        for entry in entries {
            if let last = log.last, entry.id <= last.entry.id {
                faults.append("\(entry.id) was given out after \(last.entry.id)")
            }
            if let target = entry.withdraws {
                let place = log.partitioningIndex { $0.entry.id >= target }
                log[place].withdrawnBy = entry.id
            }
            if let key = entry.alarm.key, let known = keys.updateValue(entry.id, forKey: key) {
                faults.append("the key \(key) was taken for \(known) and \(entry.id)")
            }
            log.append(Logged(entry: entry))
        }
    }

    /// A new and empty journal takes this one's place.
    func loseThePast(at now: Timestamp) {
        let start = Timestamp(milliseconds: max(now.milliseconds, Int64(state.head.high) + 1))
        state = MemoryJournalState(now: start, keyRetention: state.keyRetention)
        keys = [:]
        feed.markBehind()
    }

    func removeOutdated(_ policy: RetentionPolicy, at now: Timestamp) {
        while state.removeOutdated(policy, at: now) {}
    }

    // MARK: The feed of commits

    /// - Returns: the next commit, and whether anything moved on.
    func stepFeed(at now: Timestamp, fails: Bool) -> (commit: Commit?, moved: Bool) {
        switch stage {
        case .idle:
            switch feed.next(for: reader) {
            case .emit(let commit): return (commit, true)
            case .read(let reading): stage = .asked(reading)
            case .wait: return (nil, false)
            case .end: faults.append("the feed ended")
            }
        case .asked(let reading), .standing(let reading, _):
            if fails {
                feed.fail(reading)
                stage = .idle
            } else if case .standing(_, let standing) = stage {
                let page = state.alarms(
                    after: reading.after,
                    through: nil,
                    for: .everything,
                    limit: pageLimit,
                    at: now
                )
                stage = .page(reading, standing, page)
            } else {
                stage = .standing(reading, state.standing(of: reading.after))
            }
        case .page(let reading, let standing, let page):
            stage = .idle
            return (feed.finish(reading, standing: standing, page: page), true)
        }
        return (nil, true)
    }
}
