/// Where one stream stands in the journal, and what it does next. No I/O, no clock.
///
/// The *cursor* is what it is about: everything up to it that concerns this stream has been handed to its channel.
package struct SubscriberStateMachine: Sendable {
    private enum State {
        /// Reads what lies between its own cursor and the shard's position.
        /// `reading` is the ticket of the journal page that it waits for.
        case catchingUp(cursor: AlarmID, reading: UInt32?)
        /// Takes batches as they come. Its cursor is the shard's position, or `seen` where that is greater: then it resumed
        /// after an id that this shard has not come to yet, and skips what lies before.
        case live(seen: AlarmID)
        case closed
    }

    private var state: State
    private var lastTicket: UInt32 = 0

    /// - Parameter cursor: what the stream resumes after; ``AlarmID/zero`` for everything that is kept.
    package init(cursor: AlarmID) {
        state = .catchingUp(cursor: cursor, reading: nil)
    }

    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    package var isLive: Bool {
        if case .live = state { true } else { false }
    }

    /// Whether it takes an alarm that its shard comes to: `false` while it catches up, for it will read it then.
    package func takes(_ id: AlarmID) -> Bool {
        if case .live(let seen) = state { id > seen } else { false }
    }

    /// The cursor, given the shard's position.
    package func cursor(at position: AlarmID) -> AlarmID {
        switch state {
        case .catchingUp(let cursor, _): cursor
        case .live(let seen): max(seen, position)
        case .closed: position
        }
    }

    package enum Step: Equatable, Sendable {
        /// It waits: for its channel to be writable, for a page, or, live, for the next alarm.
        case wait
        /// Hand it what the window of recent alarms has after `after`, then ``didRead(through:)``.
        case readRecent(after: AlarmID)
        /// Read a page of the journal; then ``pageArrived(ticket:floor:position:head:isEmpty:isWritable:)`` or
        /// ``pageFailed(ticket:)``.
        case readJournal(after: AlarmID, through: AlarmID, ticket: UInt32)
    }

    /// What to do now.
    ///
    /// - Parameters:
    ///   - position: the shard's.
    ///   - recentFloor: the window of recent alarms has everything after it.
    package mutating func next(position: AlarmID, recentFloor: AlarmID, isWritable: Bool) -> Step {
        guard case .catchingUp(let cursor, reading: nil) = state else { return .wait }
        if cursor >= position {
            state = .live(seen: cursor)
            return .wait
        }
        guard isWritable else { return .wait }
        if recentFloor <= cursor {
            return .readRecent(after: cursor)
        }
        lastTicket &+= 1
        state = .catchingUp(cursor: cursor, reading: lastTicket)
        return .readJournal(after: cursor, through: position, ticket: lastTicket)
    }

    /// Everything up to `position` has been handed to the channel.
    package mutating func didRead(through position: AlarmID) {
        guard case .catchingUp = state else { return }
        state = .catchingUp(cursor: position, reading: nil)
    }

    package enum PageOutcome: Equatable, Sendable {
        /// Hand it over; the cursor is at the page's position now.
        case deliver
        /// The channel takes nothing more: the page is read again when it does.
        case drop
        /// The journal has not come to where the shard is: the page is read again after a while.
        case delay
        /// Retention has removed something after the cursor, so some alarms are missed. The cursor is at the head now.
        case reset
    }

    /// - Parameters:
    ///   - ticket: of the read; a page that was asked for before the past was lost is dropped.
    ///   - floor: of the page: the greatest id that retention has removed.
    ///   - position: how far the page has looked.
    ///   - head: the journal's head when the page was read.
    package mutating func pageArrived(
        ticket: UInt32, floor: AlarmID, position: AlarmID, head: AlarmID, isEmpty: Bool, isWritable: Bool
    ) -> PageOutcome {
        guard case .catchingUp(let cursor, reading: ticket) = state else { return .drop }
        let hasMissedSome = cursor != .zero && floor > cursor
        guard isWritable || (isEmpty && !hasMissedSome) else {
            state = .catchingUp(cursor: cursor, reading: nil)
            return .drop
        }
        guard hasMissedSome || position > cursor else {
            state = .catchingUp(cursor: cursor, reading: nil)
            return .delay
        }
        state = .catchingUp(cursor: hasMissedSome ? head : position, reading: nil)
        return hasMissedSome ? .reset : .deliver
    }

    /// The page could not be read: ask ``next(position:recentFloor:isWritable:)`` again after a while.
    package mutating func pageFailed(ticket: UInt32) {
        guard case .catchingUp(let cursor, reading: ticket) = state else { return }
        state = .catchingUp(cursor: cursor, reading: nil)
    }

    /// A batch that concerns this live stream is ready.
    ///
    /// - Parameter positionBefore: the shard's position before the batch.
    /// - Returns: whether to write it. If not, the stream falls back to catching up from before the batch.
    package mutating func takesBatch(positionBefore: AlarmID, isWritable: Bool) -> Bool {
        guard case .live(let seen) = state else { return false }
        if isWritable { return true }
        state = .catchingUp(cursor: max(seen, positionBefore), reading: nil)
        return false
    }

    /// The past was lost: whatever the stream has, it goes on from `head`.
    package mutating func discontinue(at head: AlarmID) {
        guard !isClosed else { return }
        state = .catchingUp(cursor: head, reading: nil)
    }

    package mutating func close() {
        state = .closed
    }
}
