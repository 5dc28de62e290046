import Testing

@testable import Tocsin

@Suite struct PublishQueueTests {
    private static func request(alarms: Int = 1, bytes: Int = 0) -> AppendRequest {
        let text = String(repeating: "x", count: bytes)
        return .publish(Array(repeating: Alarm(audience: .everyone, data: .text(text)), count: alarms))
    }

    private func queue(
        bytes: Int = 1 << 20,
        batchAlarms: Int = 10,
        batchBytes: Int = 1 << 20,
        inFlight: Int = 1
    ) -> PublishQueue<Int> {
        var limits = PublishLimits()
        limits.bytes = bytes
        limits.wait = 100
        limits.batchAlarms = batchAlarms
        limits.batchBytes = batchBytes
        return PublishQueue(limits: limits, maximumInFlight: inFlight)
    }

    @Test(
        "A commit takes whole requests in order, as many as fit",
        arguments: [
            ([1, 1, 1], [[0, 1, 2]]),
            ([4, 4, 4], [[0, 1], [2]]),
            ([10, 1], [[0], [1]]),
            ([1, 10], [[0], [1]]),
            ([25, 1, 1], [[0], [1, 2]]),
            ([5, 5, 1], [[0, 1], [2]]),
            ([5, 6, 4], [[0], [1, 2]]),
        ]
    )
    func batches(alarms: [Int], expected: [[Int]]) {
        var queue = queue()
        for (waiter, count) in alarms.enumerated() {
            #expect(queue.enqueue(Self.request(alarms: count), for: waiter, at: 0) == true)
        }
        for waiters in expected {
            let batch = queue.nextBatch()
            #expect(batch?.waiters == waiters)
            #expect(batch?.requests.map(\.count) == waiters.map { alarms[$0] })
            queue.batchEnded()
        }
        #expect(queue.nextBatch()?.waiters == nil)
        #expect(queue.isIdle)
    }

    @Test("A commit is bounded by bytes, but for a request that is larger by itself")
    func batchBytes() {
        var queue = queue(batchBytes: 2000)
        for (waiter, bytes) in [700, 700, 700, 5000, 100].enumerated() {
            #expect(queue.enqueue(Self.request(bytes: bytes), for: waiter, at: 0) == true)
        }
        var batches: [[Int]] = []
        while let batch = queue.nextBatch() {
            batches.append(batch.waiters)
            queue.batchEnded()
        }
        #expect(batches == [[0, 1], [2], [3], [4]])
    }

    @Test("Nothing is taken while as much is being committed as the journal wants", arguments: 0...3)
    func inFlight(limit: Int) {
        var queue = queue(batchAlarms: 1, inFlight: limit)
        for waiter in 0..<6 { #expect(queue.enqueue(Self.request(), for: waiter, at: 0) == true) }
        for _ in 0..<max(1, limit) { #expect(queue.nextBatch()?.waiters.count == 1) }
        #expect(queue.nextBatch()?.waiters == nil)
        queue.batchEnded()
        #expect(queue.nextBatch()?.waiters.count == 1)
        #expect(queue.nextBatch()?.waiters == nil)
    }

    @Test("What waits is bounded; there is room again once some was taken, and always for one")
    func bound() {
        var queue = queue(bytes: 1000)
        #expect(queue.enqueue(Self.request(bytes: 9000), for: 0, at: 0) == true)
        #expect(queue.enqueue(Self.request(), for: 1, at: 0) == false)
        _ = queue.nextBatch()
        for waiter in 2..<5 { #expect(queue.enqueue(Self.request(bytes: 50), for: waiter, at: 0) == true) }
        #expect(queue.enqueue(Self.request(bytes: 200), for: 5, at: 0) == false)
        #expect(queue.enqueue(Self.request(), for: 6, at: 0) == false)
    }

    @Test("Who has waited too long is taken out, and makes room", arguments: [0, 99, 100, 150, 199, 200] as [UInt64])
    func overdue(now: UInt64) {
        var queue = queue(bytes: 600)
        #expect(queue.enqueue(Self.request(), for: 0, at: 0) == true)
        #expect(queue.enqueue(Self.request(), for: 1, at: 100) == true)
        #expect(queue.enqueue(Self.request(), for: 2, at: 100) == false)
        let overdue = queue.removeOverdue(at: now)
        #expect(overdue == (now < 100 ? [] : now < 200 ? [0] : [0, 1]))
        #expect(queue.enqueue(Self.request(), for: 2, at: now) == !overdue.isEmpty)
    }

    @Test("It is idle only when nothing waits and nothing is being committed")
    func idle() {
        var queue = queue()
        #expect(queue.isIdle)
        #expect(queue.enqueue(.withdraw(.of(1)), for: 0, at: 0) == true)
        #expect(!queue.isIdle)
        _ = queue.nextBatch()
        #expect(!queue.isIdle)
        queue.batchEnded()
        #expect(queue.isIdle)
    }

    @Test("A clock that seems to go back refuses nobody")
    func clock() {
        var queue = queue()
        #expect(queue.enqueue(Self.request(), for: 0, at: 500) == true)
        #expect(queue.removeOverdue(at: 400).isEmpty)
    }
}
