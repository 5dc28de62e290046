/// The durable, ordered record of committed alarms: what streams, resume and lists read.
///
/// Every journal keeps the same promises, and `JournalConformance` in the tests checks them against each:
///
/// - Ids grow over the journal's whole life, also over restarts, restored backups and clocks set back.
/// - An entry is visible, in ``alarms(after:through:for:limit:)`` and ``commits(after:)`` alike, once it is durable and not before.
/// - Retention removes a prefix by id and moves the ``Standing`` of what lies before it; time to live and withdrawal do not.
package protocol Journal: Sendable {
    /// How many ``append(_:)`` may usefully run at the same time.
    var maximumAppendsInFlight: Int { get }

    /// Commits what was asked for, in the order given, in one transaction.
    ///
    /// Each request is all or nothing. An alarm whose key is known is not committed again: its first id is the answer.
    /// A withdrawal is checked in the same transaction.
    /// - Parameter requests: at least one.
    /// - Returns: a result for each request, in their order, once all are durable.
    /// - Throws: ``JournalError``; with ``JournalError/Code/unavailable`` nothing was stored, with
    ///   ``JournalError/Code/outcomeUnknown`` nobody knows, and ``commits(after:)`` tells when it is known.
    func append(_ requests: [AppendRequest]) async throws(JournalError) -> [AppendResult]

    /// A page of entries in the order of their ids. Expired and withdrawn alarms are left out.
    ///
    /// - Parameters:
    ///   - after: only what is newer; `nil` starts with the earliest kept.
    ///   - through: only what is not newer; `nil` ends with the head.
    ///   - selection: which addresses.
    ///   - limit: where a page ends.
    func alarms(
        after: AlarmID?,
        through: AlarmID?,
        for selection: Selection,
        limit: PageLimit
    ) async throws(JournalError) -> Page

    /// A page of entries from the newest to older ones. Expired and withdrawn alarms are left out.
    ///
    /// - Parameter before: only what is older; `nil` starts with the newest.
    func newestAlarms(before: AlarmID?, for selection: Selection, limit: PageLimit) async throws(JournalError) -> Page

    /// One entry.
    func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup

    /// Whether a stream can go on after `id`.
    func standing(of id: AlarmID) async throws(JournalError) -> Standing

    /// The newest committed entry's id; `<high>-0` in an empty journal.
    var head: AlarmID { get async throws(JournalError) }

    /// How much it holds.
    var size: JournalSize { get async throws(JournalError) }

    /// Every batch committed after `id`, in order and without gap, whoever committed it. It ends when the journal closes.
    ///
    /// Alarms that have expired or were withdrawn before the reader came to them may be left out. What retention removed
    /// before makes a gap, which is told as ``Commit/discontinuity(head:)``; so is an `id` that the journal never gave
    /// out, other than ``AlarmID/zero``.
    ///
    /// There is one reader at a time: another call ends the sequence before.
    func commits(after id: AlarmID) -> Commits

    /// Removes some of what `policy` does not keep, in a batch small enough not to hold up appends.
    ///
    /// - Returns: whether there may be more to remove.
    func removeOutdated(_ policy: RetentionPolicy) async throws(JournalError) -> Bool

    /// Commits nothing, durably: throws while alarms cannot be committed.
    func probe() async throws(JournalError)
}

/// What a publisher asks of the journal.
package enum AppendRequest: Sendable {
    /// At least one alarm, all or nothing.
    case publish([Alarm])
    case withdraw(AlarmID)

    /// See ``Alarm/estimatedSize``.
    package var estimatedSize: Int {
        switch self {
        case .publish(let alarms): alarms.reduce(0) { $0 + $1.estimatedSize }
        case .withdraw: 256
        }
    }

    /// How many entries it can commit.
    package var count: Int {
        switch self {
        case .publish(let alarms): alarms.count
        case .withdraw: 1
        }
    }
}

/// What became of an ``AppendRequest``.
package enum AppendResult: Hashable, Sendable {
    /// For each alarm in order its id, and whether it is new: `false` for one whose key was known.
    case published([Publication])
    /// The id of the entry that tells of the withdrawal; it is not new when the alarm was withdrawn before.
    case withdrawn(Publication)
    /// A withdrawal of an id that is unknown, or whose alarm has expired.
    case notFound
    /// A withdrawal of an entry that is itself a withdrawal.
    case notWithdrawable
    /// This request alone could not be stored; it says why.
    case failed(String)
}

/// How much a journal holds.
package struct JournalSize: Hashable, Sendable {
    /// Entries that retention has not removed, withdrawn ones and such as have expired among them.
    package let alarms: Int
    /// Of its files; 0 where it has none.
    package let bytes: Int

    package init(alarms: Int, bytes: Int) {
        self.alarms = alarms
        self.bytes = bytes
    }
}

/// What became of an alarm that was published.
public struct Publication: Hashable, Sendable {
    /// Of the alarm; where its key was known, of the one that has it.
    public let id: AlarmID
    /// Whether it was not known before, by its key.
    public let isNew: Bool

    package init(id: AlarmID, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }
}

/// Which entries a reader wants.
package enum Selection: Hashable, Sendable {
    case everything
    /// What concerns at least one of these; an entry that concerns several comes once.
    case addresses([Address])
}

/// Where a page ends: at whichever comes first.
package struct PageLimit: Hashable, Sendable {
    /// At least 1.
    package let alarms: Int
    /// By ``Entry/estimatedSize``; the first entry of a page always fits.
    package let bytes: Int

    package init(alarms: Int, bytes: Int = .max) {
        self.alarms = max(1, alarms)
        self.bytes = bytes
    }
}

/// Some entries, read in one snapshot of the journal.
package struct Page: Sendable {
    package let entries: [Entry]
    /// How far this page has looked; where the next one goes on. The last entry's id where the limit ended it; else the
    /// end of what was asked for: `through` or the head, whichever is older, but never older than `after`. For newest
    /// first the end is ``AlarmID/zero``.
    package let position: AlarmID
    /// Whether there was nothing more to show in what was asked for.
    ///
    /// A journal may also end a page, even an empty one, when it has looked at thousands of entries that are not to be
    /// shown: it is not complete then, and ``position`` is the last that was looked at.
    package let isComplete: Bool
    /// The greatest id that retention has removed, ``AlarmID/zero`` if none: who reads from before it has missed some.
    package let floor: AlarmID
    package let head: AlarmID

    package init(entries: [Entry], position: AlarmID, isComplete: Bool, floor: AlarmID, head: AlarmID) {
        self.entries = entries
        self.position = position
        self.isComplete = isComplete
        self.floor = floor
        self.head = head
    }
}

/// What an id stands for.
public enum Lookup: Sendable {
    /// An alarm, or the withdrawal of one.
    case found(Entry)
    /// An alarm that was withdrawn, of which nothing is left; the entry tells its readers so, and has its audience.
    case withdrawn(by: Entry)
    /// Unknown, expired, or removed by retention.
    case notFound
}

/// Whether a stream can go on after an id.
package enum Standing: Hashable, Sendable {
    /// Everything after it is still kept.
    case resumable
    /// Retention has removed something after it.
    case expired
    /// This journal never gave it out.
    case unknown
}

/// What a journal keeps.
package struct RetentionPolicy: Hashable, Sendable {
    /// Seconds that an alarm is kept.
    package var age: Int
    /// How many entries are kept.
    package var alarms: Int
    /// Seconds that an idempotency key is remembered, whatever happens to its alarm.
    package var keyAge: Int

    package init(age: Int, alarms: Int, keyAge: Int) {
        self.age = age
        self.alarms = alarms
        self.keyAge = keyAge
    }
}
