import Dispatch
import NIOCore
import NIOPosix

/// Puts a load on a server from one event loop, and counts what comes of it.
///
/// Streams are handlers on the loop, not Tasks, so that ten thousand of them cost little beside the server's own work.
package final class LoadGenerator: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let load: NIOLoopBound<Load>
    package let settings: LoadSettings

    package init(_ settings: LoadSettings) async throws {
        self.settings = settings
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        self.loop = loop
        load = try await loop.submit { try NIOLoopBound(Load(settings, on: loop), eventLoop: loop) }.get()
    }

    /// Opens all streams.
    ///
    /// - Returns: how long it took, in seconds.
    /// - Throws: ``LoadError`` where one was refused or broke.
    @discardableResult
    package func open() async throws -> Double {
        let begin = NIODeadline.now().uptimeNanoseconds
        try await loop.flatSubmit { [load] in load.value.open() }.get()
        return try await loop.submit { [load] in Double(load.value.openedTime &- begin) / 1e9 }.get()
    }

    /// Publishes, and returns when all is answered.
    package func publish(_ plan: PublishPlan) async throws -> PublishFigures {
        try await loop.flatSubmit { [load] in load.value.publish(plan) }.get()
    }

    /// Waits until all has come that was published, or nothing comes for some time.
    ///
    /// - Returns: what has come.
    package func delivered(patience: Duration) async throws -> Delivery {
        while true {
            let before = try await delivery
            try await wait(within: patience) { $0.delivery.missing == 0 || $0.delivery.events > before.events }
            let delivery = try await delivery
            if delivery.missing == 0 || delivery.events == before.events { return delivery }
        }
    }

    /// What has come so far.
    package var delivery: Delivery {
        get async throws { try await loop.submit { [load] in load.value.delivery }.get() }
    }

    /// How long each stream took to open, from the connection's beginning to the head of the answer.
    package var openingLatencies: LatencyHistogram {
        get async throws { try await loop.submit { [load] in load.value.openingLatencies }.get() }
    }

    /// Forgets what has come so far, but for the order of each stream.
    package func resetDelivery() async throws {
        try await loop.submit { [load] in load.value.delivery = Delivery() }.get()
    }

    /// How many streams are open.
    package var openStreams: Int {
        get async throws { try await loop.submit { [load] in load.value.openStreams }.get() }
    }

    /// Says what streams must get that were not published by this load.
    package func expect(_ events: Int) async throws {
        try await loop.submit { [load] in load.value.delivery.expected += events }.get()
    }

    /// Waits until each stream has heard something after now.
    ///
    /// - Returns: whether each has.
    @discardableResult
    package func everyStreamHeard(within time: Duration) async throws -> Bool {
        let now = NIODeadline.now().uptimeNanoseconds
        return try await wait(within: time) { load in load.streams.allSatisfy { $0.heardTime > now } }
    }

    /// Lets a stream stop reading, or go on.
    package func setReading(_ reads: Bool, ofStream index: Int) async throws {
        try await loop.flatSubmit { [load] in
            load.value.streams[index].isTimed = false
            return load.value.streams[index].channel?.setOption(.autoRead, value: reads)
                ?? load.value.loop.makeSucceededVoidFuture()
        }.get()
    }

    /// How many events a stream has had.
    package func events(ofStream index: Int) async throws -> Int {
        try await loop.submit { [load] in load.value.streams[index].events }.get()
    }

    /// Does nothing on the event loop while `body` runs, so that what is measured meanwhile is the server alone.
    package func holdingStill<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let gate = DispatchSemaphore(value: 0)
        loop.execute { gate.wait() }
        defer { gate.signal() }
        return try await body()
    }

    /// Closes all connections.
    package func close() async throws {
        try await loop.flatSubmit { [load] in load.value.close() }.get()
        try await group.shutdownGracefully()
    }

    @discardableResult
    private func wait(within time: Duration, until isTrue: @escaping @Sendable (Load) -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + time
        while true {
            let state = try await loop.submit { [load] in (isTrue(load.value), load.value.failure) }.get()
            if state.0 { return true }
            if let failure = state.1 { throw failure }
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
