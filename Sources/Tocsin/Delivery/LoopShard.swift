import DequeModule
import NIOConcurrencyHelpers
package import NIOCore

/// A shard and the event loop it lives on: what other threads may touch of it.
package struct LoopShard: Sendable {
    /// How much one turn of the loop takes in, so that the loop is free for others in between.
    private static let turnLimit = (alarms: 1000, bytes: 256 << 10)
    /// How much may wait for the loop before ``post(_:)`` waits too.
    private static let mailboxLimit = 32 << 20

    /// Nanoseconds that the shard rests at most between two turns.
    private static let longestRest: UInt64 = 5_000_000

    package let eventLoop: any EventLoop
    private let bound: NIOLoopBound<Shard>
    private let uptime: Uptime
    /// Before which no turn begins.
    private let restEnd: NIOLoopBoundBox<UInt64>
    private let mailbox = NIOLockedValueBox(Mailbox())

    /// To be called on the event loop.
    package init(_ shard: Shard, eventLoop: any EventLoop, uptime: @escaping Uptime = systemUptime) {
        self.uptime = uptime
        self.restEnd = NIOLoopBoundBox(0, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.bound = NIOLoopBound(shard, eventLoop: eventLoop)
    }

    /// The shard, on its event loop only.
    package var shard: Shard { bound.value }

    private enum Item {
        case entry(Entry, committedAt: UInt64?)
        case discontinuity(AlarmID)
    }

    private struct Mailbox {
        var items = Deque<Item>()
        var bytes = 0
        var isScheduled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// Hands over a commit, and waits while too much lies there already.
    ///
    /// For one caller at a time. The first commit of a turn wakes the loop; what comes before it has woken is taken along.
    package func post(_ commit: Commit) async {
        let (wakes, isFull) = mailbox.withLockedValue { mailbox in
            switch commit {
            case .entries(let entries, let committedAt):
                for entry in entries {
                    mailbox.items.append(.entry(entry, committedAt: committedAt))
                    mailbox.bytes += entry.estimatedSize
                }
            case .discontinuity(let head):
                mailbox.items.append(.discontinuity(head))
            }
            let wakes = !mailbox.isScheduled
            mailbox.isScheduled = true
            return (wakes, mailbox.bytes > Self.mailboxLimit)
        }
        if wakes {
            eventLoop.execute { takeTurnWhenRested() }
        }
        guard isFull else { return }
        await withCheckedContinuation { continuation in
            let isFull = mailbox.withLockedValue { mailbox in
                guard mailbox.bytes > Self.mailboxLimit else { return false }
                mailbox.waiter = continuation
                return true
            }
            if !isFull { continuation.resume() }
        }
    }

    private func takeTurnWhenRested() {
        let now = uptime()
        if now < restEnd.value {
            eventLoop.scheduleTask(in: .nanoseconds(Int64(restEnd.value - now))) { takeTurn() }
        } else {
            takeTurn()
        }
    }

    private func takeTurn() {
        let began = uptime()
        var entries: [Entry] = []
        var commits: [UInt64?] = []
        var discontinuity: AlarmID?
        let (hasMore, waiter) = mailbox.withLockedValue { mailbox in
            var bytes = 0
            while discontinuity == nil, entries.count < Self.turnLimit.alarms, bytes < Self.turnLimit.bytes,
                let item = mailbox.items.popFirst()
            {
                switch item {
                case .entry(let entry, let committedAt):
                    entries.append(entry)
                    commits.append(committedAt)
                    bytes += entry.estimatedSize
                case .discontinuity(let head):
                    discontinuity = head
                }
            }
            mailbox.bytes -= bytes
            mailbox.isScheduled = !mailbox.items.isEmpty
            guard mailbox.bytes <= Self.mailboxLimit else {
                return (mailbox.isScheduled, CheckedContinuation<Void, Never>?.none)
            }
            defer { mailbox.waiter = nil }
            return (mailbox.isScheduled, mailbox.waiter)
        }
        waiter?.resume()
        if !entries.isEmpty { shard.deliver(entries, committedAt: commits) }
        if let discontinuity { shard.discontinue(at: discontinuity) }
        rest(after: entries.count, since: began)
        if hasMore {
            eventLoop.execute { takeTurnWhenRested() }
        }
    }

    /// While others publish at the same time, a turn is followed by as much time as it took, for the loop to read what they
    /// send: the next turn has more alarms then, and writes them together. Who publishes one after another waits for nothing.
    private func rest(after alarms: Int, since began: UInt64) {
        guard alarms > 1 else { return }
        let now = uptime()
        restEnd.value = now + min(now - began, Self.longestRest)
    }
}
