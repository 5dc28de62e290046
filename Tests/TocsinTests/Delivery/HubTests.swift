import JournalConformance
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import ServerSentEvents
import Testing

@testable import Tocsin

@Suite struct HubTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Makes a hub, whose event loops run meanwhile.
    private func withHub(
        _ journal: some Journal,
        loops count: Int = 1,
        configuration: Hub.Configuration = Hub.Configuration(),
        _ body: (Hub, [NIOAsyncTestingEventLoop]) async throws -> Void
    ) async throws {
        let loops = (0..<count).map { _ in NIOAsyncTestingEventLoop() }
        let running = loops.map { loop in
            Task {
                while !Task.isCancelled {
                    await loop.run()
                    await Task.yield()
                }
            }
        }
        defer { running.forEach { $0.cancel() } }
        let hub = try await Hub(
            journal: journal,
            eventLoops: loops,
            configuration: configuration,
            now: { Timestamp(milliseconds: 1000) },
            logger: Self.logger
        )
        try await body(hub, loops)
    }

    private func openStream(
        at start: Subscription.Start,
        on loop: NIOAsyncTestingEventLoop,
        of hub: Hub
    ) async throws -> NIOLoopBound<RecordingChannel> {
        try await loop.executeInContext {
            let channel = RecordingChannel()
            let subscription = Subscription(addresses: [.everyone], languages: .none, start: start)
            _ = hub.shard(on: loop)?.open(subscription, on: channel)
            return NIOLoopBound(channel, eventLoop: loop)
        }
    }

    /// Waits until a stream has said as much.
    private func alarms(
        _ count: Int,
        of channel: NIOLoopBound<RecordingChannel>,
        on loop: NIOAsyncTestingEventLoop
    ) async throws -> [UInt64] {
        while true {
            let alarms = try await loop.executeInContext { channel.value.alarms }
            if alarms.count >= count { return alarms }
            await Task.yield()
        }
    }

    private func publish(_ count: Int, to journal: MemoryJournal) async throws {
        _ = try await journal.append([
            .publish((0..<count).map { Alarm(audience: .everyone, data: .text("\($0)")) })
        ])
    }

    @Test("What was committed before is resumed, and what is committed later comes to every loop once")
    func dispatch() async throws {
        let journal = MemoryJournal(now: { Timestamp(milliseconds: 1000) })
        try await publish(3, to: journal)
        try await withHub(journal, loops: 2) { hub, loops in
            try await publish(2, to: journal)
            let dispatching = Task { await hub.dispatch() }
            try await publish(2, to: journal)
            for loop in loops {
                let channel = try await openStream(at: .earliest, on: loop, of: hub)
                #expect(try await alarms(7, of: channel, on: loop) == [1, 2, 3, 4, 5, 6, 7])
            }
            await journal.close()
            await dispatching.value
        }
    }

    @Test("A restart leaves the window as long as it may be: its alarms are resumed from without the journal")
    func fullWindow() async throws {
        let journal = MemoryJournal(now: { Timestamp(milliseconds: 1000) })
        try await publish(5, to: journal)
        var configuration = Hub.Configuration()
        configuration.shard.recent.alarms = 3
        try await withHub(journal, configuration: configuration) { hub, loops in
            let starts = try await loops[0].executeInContext {
                (1...5).map { hub.shard(on: loops[0])?.start(resumingAfter: "1000-\($0)") }
            }
            #expect(starts == [nil] + (2...5).map { .after(AlarmID(high: 1000, low: $0)) })
            let channel = try await openStream(at: .after(AlarmID(high: 1000, low: 2)), on: loops[0], of: hub)
            let alarms = try await loops[0].executeInContext { channel.value.alarms }
            #expect(alarms == [3, 4, 5])
        }
    }

    @Test("The first page of a journal that gave up looking is not taken for all there is")
    func partialPage() async throws {
        let journal = ScriptedJournal()
        journal.setNewest(Page(entries: [], position: .of(7), isComplete: false, floor: .of(1), head: .of(9)))
        journal.setPage(
            Page(entries: [.alarm(5)], position: .of(9), isComplete: true, floor: .of(1), head: .of(9))
        )
        try await withHub(journal) { hub, loops in
            let early = try await openStream(at: .after(.of(4)), on: loops[0], of: hub)
            #expect(try await alarms(1, of: early, on: loops[0]) == [5])
        }
    }

    @Test("A resume point is after an id, expired or unknown")
    func standing() async throws {
        let journal = MemoryJournal(now: { Timestamp(milliseconds: 1000) })
        try await publish(5, to: journal)
        _ = try await journal.removeOutdated(RetentionPolicy(age: 100, alarms: 2, keyAge: 100))
        func id(_ low: UInt64) -> AlarmID { AlarmID(high: 1000, low: low) }
        try await withHub(journal) { hub, _ in
            var start = try await hub.start(resumingAfter: "1000-5")
            #expect(start == .after(id(5)))
            start = try await hub.start(resumingAfter: "1000-3")
            #expect(start == .after(id(3)))
            start = try await hub.start(resumingAfter: "1000-2")
            #expect(start == .reset(.expired, head: id(5)))
            for unknown in ["1000-6", "999-1", "1001-1", "", "earliest", "1000-03", "1000", "99999999999999999999-1"] {
                start = try await hub.start(resumingAfter: unknown)
                #expect(start == .reset(.unknown, head: id(5)))
            }
        }
    }

    @Test("Streams are counted in up to the limit, and none while the server drains")
    func admission() async throws {
        var configuration = Hub.Configuration()
        configuration.maximumConnections = 2
        try await withHub(MemoryJournal(now: { Timestamp(milliseconds: 1000) }), configuration: configuration) {
            hub,
            _ in
            #expect((0..<3).map { _ in hub.admitStream(from: nil) } == [nil, nil, .connections])
            hub.streamEnded(from: nil)
            #expect(hub.admitStream(from: nil) == nil)
            #expect(hub.streamCount == 2)
            hub.streamEnded(from: nil)
            await hub.drainStreams(within: .zero)
            #expect(hub.admitStream(from: nil) == .draining)
            #expect(hub.refusals[.connections] == 1 && hub.refusals[.draining] == 1)
        }
    }

    @Test("Draining ends the streams of every loop")
    func draining() async throws {
        try await withHub(MemoryJournal(now: { Timestamp(milliseconds: 1000) }), loops: 2) { hub, loops in
            var channels: [NIOLoopBound<RecordingChannel>] = []
            for loop in loops { channels.append(try await openStream(at: .live, on: loop, of: hub)) }
            await hub.drainStreams(within: .zero)
            for (loop, channel) in zip(loops, channels) {
                #expect(try await loop.executeInContext { channel.value.last != nil })
            }
        }
    }

    @Test("Many streams are ended a part at a time, and no new ones are taken meanwhile")
    func pacedDraining() async throws {
        try await withHub(MemoryJournal(now: { Timestamp(milliseconds: 1000) }), loops: 2) { hub, loops in
            for _ in 0..<200 {
                for loop in loops {
                    #expect(hub.admitStream(from: nil) == nil)
                    _ = try await openStream(at: .live, on: loop, of: hub)
                }
            }
            let left = NIOLockedValueBox<[Duration: Int]>([:])
            let clock = SleepersClock { time in
                #expect(hub.admitStream(from: nil) == .draining)
                var count = 0
                for loop in loops {
                    count += await (try? loop.executeInContext { hub.shard(on: loop)?.count ?? 0 }) ?? 0
                }
                left.withLockedValue { [count] in $0[time] = count }
            }
            await hub.drainStreams(within: .seconds(10), clock: clock)
            #expect(
                left.withLockedValue { $0 } == [
                    .milliseconds(100): 300, .milliseconds(200): 200, .milliseconds(300): 100,
                ])
            for loop in loops {
                #expect(try await loop.executeInContext { hub.shard(on: loop)?.count } == 0)
            }
        }
    }

    @Test("The users who have a stream open are known, each once, over all loops")
    func users() async throws {
        try await withHub(MemoryJournal(now: { Timestamp(milliseconds: 1000) }), loops: 2) { hub, loops in
            func open(
                _ addresses: [Address],
                on loop: NIOAsyncTestingEventLoop
            ) async throws -> NIOLoopBound<Subscriber?> {
                try await loop.executeInContext {
                    let subscription = Subscription(addresses: addresses, languages: .none, start: .live)
                    let subscriber = hub.shard(on: loop)?.open(subscription, on: RecordingChannel())
                    return NIOLoopBound(subscriber, eventLoop: loop)
                }
            }
            func close(_ stream: NIOLoopBound<Subscriber?>, on loop: NIOAsyncTestingEventLoop) async throws {
                try await loop.executeInContext {
                    if let subscriber = stream.value { hub.shard(on: loop)?.close(subscriber) }
                }
            }
            #expect(await hub.users() == [])
            let first = try await open([.user("tiaz"), .everyone, .topic("other")], on: loops[0])
            let second = try await open([.user("tiaz"), .everyone], on: loops[1])
            #expect(await hub.users() == ["tiaz"])
            _ = try await open([.user("other"), .everyone], on: loops[1])
            try await close(first, on: loops[0])
            #expect(await hub.users() == ["tiaz", "other"])
            try await close(second, on: loops[1])
            #expect(await hub.users() == ["other"])
        }
    }
}
