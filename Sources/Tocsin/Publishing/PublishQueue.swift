import DequeModule

/// How much may wait for the journal, and how much goes to it at once.
package struct PublishLimits: Sendable {
    /// Bytes of requests that may wait.
    package var bytes = 64 << 20
    /// Nanoseconds that a request may wait.
    package var wait: UInt64 = 10_000_000_000
    /// Alarms in one commit. A request that has more goes alone.
    package var batchAlarms = 1000
    /// Bytes in one commit.
    package var batchBytes = 1 << 20

    package init() {}
}

/// Which requests wait for the journal, and which go to it together. No I/O, no clock.
///
/// Whenever the journal is free it takes whole requests, as many as fit in one commit: load makes the batch, and no timer.
package struct PublishQueue<Waiter: Sendable>: Sendable {
    package struct Batch: Sendable {
        package var requests: [AppendRequest] = []
        package var waiters: [Waiter] = []
    }

    private struct Item: Sendable {
        let request: AppendRequest
        let waiter: Waiter
        let size: Int
        let since: UInt64
    }

    private let limits: PublishLimits
    private let maximumInFlight: Int
    private var items = Deque<Item>()
    /// Of the requests that wait.
    package private(set) var bytes = 0
    private var inFlight = 0

    /// - Parameter maximumInFlight: see ``Journal/maximumAppendsInFlight``.
    package init(limits: PublishLimits = PublishLimits(), maximumInFlight: Int) {
        self.limits = limits
        self.maximumInFlight = max(1, maximumInFlight)
    }

    /// How many requests wait.
    package var count: Int { items.count }

    /// Whether nothing waits and nothing is being committed.
    package var isIdle: Bool { items.isEmpty && inFlight == 0 }

    /// - Parameter now: nanoseconds of a clock that does not go back.
    /// - Returns: whether there was room.
    package mutating func enqueue(_ request: AppendRequest, for waiter: Waiter, at now: UInt64) -> Bool {
        let size = request.estimatedSize
        guard items.isEmpty || bytes + size <= limits.bytes else { return false }
        items.append(Item(request: request, waiter: waiter, size: size, since: now))
        bytes += size
        return true
    }

    /// What is to be committed now; ``batchEnded()`` must follow.
    ///
    /// - Returns: `nil` where nothing waits, or the journal is not free.
    package mutating func nextBatch() -> Batch? {
        guard inFlight < maximumInFlight, !items.isEmpty else { return nil }
        inFlight += 1
        var batch = Batch()
        var alarms = 0
        var batchBytes = 0
        while let item = items.first {
            alarms += item.request.count
            batchBytes += item.size
            guard batch.requests.isEmpty || (alarms <= limits.batchAlarms && batchBytes <= limits.batchBytes) else {
                break
            }
            items.removeFirst()
            bytes -= item.size
            batch.requests.append(item.request)
            batch.waiters.append(item.waiter)
        }
        return batch
    }

    package mutating func batchEnded() {
        inFlight -= 1
    }

    /// Takes out who has waited too long. Nothing of theirs was stored.
    package mutating func removeOverdue(at now: UInt64) -> [Waiter] {
        var overdue: [Waiter] = []
        while let item = items.first, now >= item.since, now - item.since >= limits.wait {
            items.removeFirst()
            bytes -= item.size
            overdue.append(item.waiter)
        }
        return overdue
    }
}
