import Dispatch
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import SeededRandomness
import ServerSentEvents
import Testing

@testable import Tocsin

@Suite struct LoopShardTests {
    private struct Fixture: Sendable {
        let loop = NIOAsyncTestingEventLoop()
        let shard: LoopShard
        let uptime = NIOLockedValueBox<UInt64>(1_000_000)
        private let channel: NIOLoopBound<RecordingChannel>

        init() async throws {
            (shard, channel) = try await loop.executeInContext { [loop, uptime] in
                let shard = Shard(
                    configuration: Shard.Configuration(),
                    recent: [],
                    floor: .of(0),
                    position: .of(0),
                    reader: JournalPageReader(ScriptedJournal(), eventLoop: loop, limit: 1),
                    now: { Timestamp(milliseconds: 0) },
                    random: SeededGenerator(seed: 1)
                )
                let channel = RecordingChannel()
                _ = shard.open(
                    Subscription(addresses: [.everyone], languages: .none, start: .live),
                    on: channel
                )
                let loopShard = LoopShard(shard, eventLoop: loop) { uptime.withLockedValue(\.self) }
                return (loopShard, NIOLoopBound(channel, eventLoop: loop))
            }
        }

        /// Keeps the loop busy while `body` runs.
        func whileBusy(_ body: () async throws -> Void) async throws {
            let isOver = DispatchSemaphore(value: 0)
            await withCheckedContinuation { (began: CheckedContinuation<Void, Never>) in
                loop.execute {
                    began.resume()
                    isOver.wait()
                }
            }
            defer { isOver.signal() }
            try await body()
        }

        /// What the stream has been given, after all that was posted.
        func alarms() async throws -> [UInt64] {
            try await loop.executeInContext { channel.value.alarms }
        }

        func position() async throws -> AlarmID {
            try await loop.executeInContext { shard.shard.position }
        }

        func onWrite(_ body: @escaping @Sendable () -> Void) async throws {
            try await loop.executeInContext { channel.value.onWrite = body }
        }

        func events() async throws -> [String] {
            try await loop.executeInContext { channel.value.events.map { "\($0.type) \($0.lastEventID)" } }
        }

        func writes() async throws -> Int {
            try await loop.executeInContext { channel.value.writes.count }
        }
    }

    @Test("What is posted before the loop wakes is taken in one turn, in order")
    func oneTurn() async throws {
        let fixture = try await Fixture()
        try await fixture.whileBusy {
            for low in 1...5 as ClosedRange<UInt64> { await fixture.shard.post(.entries([.alarm(low)])) }
        }
        await fixture.loop.run()
        #expect(try await fixture.alarms() == [1, 2, 3, 4, 5])
        #expect(try await fixture.writes() == 2)
    }

    @Test("A discontinuity keeps its place among the entries")
    func discontinuity() async throws {
        let fixture = try await Fixture()
        await fixture.shard.post(.entries([.alarm(1), .alarm(2)]))
        await fixture.shard.post(.discontinuity(head: .of(5)))
        await fixture.shard.post(.entries([.alarm(6)]))
        await fixture.shard.post(.discontinuity(head: .of(8)))
        await fixture.loop.run()
        #expect(
            try await fixture.events() == [
                "position 1-0", "alarm 1-1", "alarm 1-2", "reset 1-5", "alarm 1-6", "reset 1-8",
            ]
        )
    }

    @Test("A turn takes a thousand alarms, and the loop is free for others in between")
    func turns() async throws {
        let fixture = try await Fixture()
        let between = NIOLockedValueBox<[AlarmID]>([])
        try await fixture.onWrite {
            fixture.loop.execute {
                between.withLockedValue { $0.append(fixture.shard.shard.position) }
            }
        }
        await fixture.shard.post(.entries((1...2500).map { .alarm($0) }))
        await fixture.loop.run()
        let positions = between.withLockedValue(\.self)
        #expect(positions.count == 3)
        #expect(zip([.of(0)] + positions, positions).allSatisfy { $1 > $0 && $1.low - $0.low <= 1000 })
        #expect(positions.last == .of(2500))
        #expect(try await fixture.alarms() == Array(1...2500))
    }

    @Test("After a turn of several alarms the loop has as much time for others, at most 5 ms", arguments: [3, 50])
    func rest(milliseconds: Int) async throws {
        let fixture = try await Fixture()
        try await fixture.onWrite { fixture.uptime.withLockedValue { $0 += UInt64(milliseconds) * 1_000_000 } }
        await fixture.shard.post(.entries([.alarm(1)]))
        await fixture.loop.run()
        await fixture.shard.post(.entries([.alarm(2), .alarm(3)]))
        await fixture.loop.run()
        #expect(try await fixture.alarms() == [1, 2, 3])
        await fixture.shard.post(.entries([.alarm(4)]))
        await fixture.loop.run()
        await fixture.shard.post(.entries([.alarm(5)]))
        let rest = TimeAmount.milliseconds(Int64(min(milliseconds, 5)))
        await fixture.loop.advanceTime(by: rest - .nanoseconds(1))
        #expect(try await fixture.alarms() == [1, 2, 3])
        await fixture.loop.advanceTime(by: .nanoseconds(1))
        #expect(try await fixture.alarms() == [1, 2, 3, 4, 5])
    }

    @Test("Who posts more than fits waits until the loop has taken enough")
    func backPressure() async throws {
        let fixture = try await Fixture()
        let text = String(repeating: "x", count: 1 << 20)
        let nobody = Audience.user(try Name("nobody" as String))
        let isPosted = NIOLockedValueBox(false)
        try await fixture.whileBusy {
            await fixture.shard.post(.entries((1...15).map { .alarm($0, to: nobody, text: text) }))
            Task {
                await fixture.shard.post(.entries((16...33).map { .alarm($0, to: nobody, text: text) }))
                isPosted.withLockedValue { $0 = true }
            }
            for _ in 0..<100 { await Task.yield() }
            #expect(isPosted.withLockedValue(\.self) == false)
        }
        while !isPosted.withLockedValue(\.self) { await Task.yield() }
        await fixture.shard.post(.entries([.alarm(34)]))
        await fixture.loop.run()
        #expect(try await fixture.alarms() == [34])
        #expect(try await fixture.position() == .of(34))
    }
}
