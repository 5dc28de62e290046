import Dispatch
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Patience
import Testing

@testable import Tocsin

@Suite(.timeLimit(.minutes(5))) struct LocalStreamTests {
    /// A hub on one loop that runs, with a clock that is pushed by the test.
    private func withHub(
        _ configuration: Hub.Configuration = Hub.Configuration(),
        registry: any ConnectionRegistry = LocalConnectionRegistry(),
        _ body: (_ hub: Hub, _ pass: @Sendable () async throws -> Void) async throws -> Void
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let hub = try await Hub(
            journal: MemoryJournal(now: Timestamp.now), registry: registry, eventLoops: [loop],
            configuration: configuration, now: Timestamp.now,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { await hub.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(hub) {
                    // A minute and a half.
                    for _ in 0..<90 { try await loop.submit { hub.shards[0].shard.tick() }.get() }
                })
        } catch {
            result = .failure(error)
        }
        running.cancel()
        await running.value
        try result.get()
    }

    private func alarms(_ numbers: Range<Int>, to user: String, bytes: Int = 1) throws -> [Alarm] {
        try numbers.map {
            let filling = String(repeating: "x", count: bytes)
            return try Alarm(to: .user(named: user), data: .text("\($0)\(filling)"))
        }
    }

    @Test("The last id grows also while nothing concerns the listener, so that it does not expire")
    func position() async throws {
        var configuration = Hub.Configuration()
        configuration.maximumAlarms = 10
        try await withHub(configuration) { hub, pass in
            let listener = try Listener(user: "tiaz")
            let idle = try await hub.subscribe(listener)
            let busy = try await hub.subscribe(listener)
            let hers = try await hub.publish(alarms(0..<1, to: "tiaz")[0])
            _ = await idle.first { _ in true }
            #expect(idle.lastID == hers.id)
            let others = try await hub.publish(alarms(0..<50, to: "seo"))
            let marker = try await hub.subscribe(Listener(user: "seo"), from: .after(others[48].id))
            _ = await marker.first { _ in true }
            try await pass()
            #expect(idle.lastID == others.last?.id)
            // It has not taken its alarm, so that it is not beyond it.
            #expect(try #require(busy.lastID) < hers.id)
            // It is told a second position before it has taken the first.
            let newest = try await hub.publish(alarms(50..<51, to: "seo")[0])
            _ = await marker.first { event in event.id == newest.id }
            try await pass()
            _ = await busy.first { _ in true }
            #expect(busy.lastID == newest.id)

            await hub.removeOutdated()
            let resumed = try await hub.subscribe(listener, from: .after(#require(idle.lastID)))
            let expired = try await hub.subscribe(listener, from: .after(hers.id))
            try await hub.publish(alarms(1..<2, to: "tiaz")[0])
            guard case .alarm = await resumed.first(where: { _ in true }) else {
                Issue.record("it is told something else")
                return
            }
            guard case .reset(.expired, _) = await expired.first(where: { _ in true }) else {
                Issue.record("it is not told")
                return
            }
        }
    }

    @Test(
        "A reader that takes nothing is not cut off, and what waits for it is bounded", arguments: [1, 5000, 200_000])
    func bound(bytes: Int) async throws {
        try await withHub { hub, pass in
            let slow = try await hub.subscribe(Listener(user: "tiaz"))
            let count = bytes > 10_000 ? 100 : 3000
            for first in stride(from: 0, to: count, by: 50) {
                try await hub.publish(alarms(first..<first + 50, to: "tiaz", bytes: bytes))
            }
            try await pass()
            let size = try alarms(0..<1, to: "tiaz", bytes: bytes)[0].estimatedSize
            // Up to the limit, and then one turn of the loop.
            #expect(slow.reading.queue.bytes <= AlarmQueue.limit.full + (256 << 10) + size)
            #expect(hub.streamCount == 1)
            var taken = 0
            for await event in slow.prefix(count) {
                guard case .alarm(let alarm) = event else { continue }
                #expect(alarm.content.string.hasPrefix("\(taken)x"))
                taken += 1
            }
            #expect(taken == count)
        }
    }

    @Test("A stream of this process does not end with the lifetime of connections")
    func lifetime() async throws {
        var configuration = Hub.Configuration()
        configuration.shard.streamLifetime = 20
        try await withHub(configuration) { hub, pass in
            let alarms = try await hub.subscribe(Listener(user: "tiaz"))
            try await pass()
            #expect(hub.streamCount == 1)
            alarms.cancel()
        }
    }

    @Test("When the past is lost, each stream is told where it goes on")
    func discontinuity() async throws {
        try await withHub { hub, _ in
            let alarms = try await hub.subscribe(Listener(user: "tiaz"))
            let head = AlarmID(high: .max - 1, low: 7)
            for shard in hub.shards { await shard.post(.discontinuity(head: head)) }
            guard case .reset(.unknown, head) = await alarms.first(where: { _ in true }) else {
                Issue.record("it is not told")
                return
            }
            #expect(alarms.lastID == head)
        }
    }

    @Test("A stream gives back its place among its user's when it ends, whichever way")
    func places() async throws {
        let registry = CountingRegistry()
        try await withHub(registry: registry) { hub, _ in
            let listener = try Listener(user: "tiaz", client: "phone")
            let first = try await hub.subscribe(listener)
            let second = try await hub.subscribe(listener)
            guard case .replaced = await first.first(where: { _ in true }) else {
                Issue.record("it is not replaced")
                return
            }
            second.cancel()
            var third: AlarmStream? = try await hub.subscribe(listener)
            third = nil
            #expect(third == nil)
            let leaving = Task { try await hub.subscribe(listener).first { _ in true } }
            try await eventually("a stream") { hub.streamCount == 1 }
            leaving.cancel()
            _ = try await leaving.value
            _ = try await hub.subscribe(listener)
        }
        try await eventually("no place is kept") { registry.open.withLockedValue { $0 == 0 } }
    }

    @Test("A journal that cannot tell where a stream starts gives its cause, and no place is kept")
    func failure() async throws {
        let journal = MemoryJournal(now: Timestamp.now)
        let hub = try await Hub(
            journal: journal, eventLoops: [MultiThreadedEventLoopGroup.singleton.next()],
            configuration: Hub.Configuration(), now: Timestamp.now,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await journal.close()
        await #expect(throws: SubscribeError.unavailable("the journal is closed")) {
            try await hub.subscribe(Listener(user: "tiaz"), from: .lastEventID("1-1"))
        }
        try await eventually("no stream") { hub.streamCount == 0 }
    }

    @Test("A place that comes when the hub has ended is given back")
    func lateness() async throws {
        let registry = SlowRegistry()
        let subscribing = NIOLockedValueBox(Task<AlarmStream?, Never>?.none)
        try await withHub(registry: registry) { hub, _ in
            let listener = try Listener(user: "tiaz", client: "phone")
            subscribing.withLockedValue { $0 = Task { try? await hub.subscribe(listener) } }
            await registry.isAsked()
        }
        registry.answer()
        let alarms = await subscribing.withLockedValue(\.self)?.value
        #expect(await alarms?.first { _ in true } == nil)
        try await eventually("no place is kept") { registry.open.withLockedValue { $0 == 0 } }
    }

    @Test("Who loses its place before its stream has begun is told so")
    func early() async throws {
        try await withHub(registry: HastyRegistry()) { hub, _ in
            let alarms = try await hub.subscribe(Listener(user: "tiaz", client: "phone"))
            var events: [AlarmEvent] = []
            for await event in alarms { events.append(event) }
            guard case .replaced? = events.first, events.count == 1 else {
                Issue.record("it was told \(events)")
                return
            }
            #expect(hub.streamCount == 0)
        }
    }

    @Test("What comes to the loop right after a stream was opened is in it, also when the loop is busy")
    func busyLoop() async throws {
        @Sendable func entry(_ low: UInt64) throws -> Entry {
            Entry(
                id: AlarmID(high: .max - 1, low: low), publishedAt: .now(),
                alarm: try Alarm(to: .user(named: "tiaz"), data: .text("\(low)")))
        }
        let registry = HoldingRegistry()
        try await withHub(registry: registry) { hub, _ in
            // A turn that takes in alarms waits for the loop already when the stream comes.
            registry.hold.withLockedValue { hold in
                hold = { [shard = hub.shards[0]] in
                    shard.eventLoop.execute { _ = registry.held.wait(timeout: .now() + .milliseconds(100)) }
                    if let entry = try? entry(1) { await shard.post(.entries([entry])) }
                }
            }
            let alarms = try await hub.subscribe(Listener(user: "tiaz", client: "phone"))
            await hub.shards[0].post(.entries([try entry(2)]))
            registry.held.signal()
            try await hub.shards[0].eventLoop.submit {}.get()
            await hub.shards[0].post(.entries([try entry(3)]))
            #expect(await alarms.first { _ in true }?.id?.low == 2)
        }
    }

    @Test("Streams of this process are counted as such, and hubs that are gone leave nothing on their loop")
    func ticks() async throws {
        weak var gone: Hub?
        let shard = WeakShard()
        try await withHub { hub, _ in
            gone = hub
            try await hub.shards[0].eventLoop.submit { shard.value = hub.shards[0].shard }.get()
            let alarms = try await hub.subscribe(Listener(user: "tiaz"))
            let count = try await hub.shards[0].eventLoop.submit {
                hub.shards[0].shard.count(over: .inProcess)
            }.get()
            #expect(count == 1)
            alarms.cancel()
        }
        try await eventually("the hub is gone") { gone == nil }
        // The next tick, within a second, finds nobody.
        try await eventually("its shard is gone") { shard.value == nil }
    }
}

/// Counts the claims that were not given back.
private final class CountingRegistry: ConnectionRegistry {
    let open = NIOLockedValueBox(0)
    private let registry = LocalConnectionRegistry()

    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        open.withLockedValue { $0 += 1 }
        return await registry.claim(place, limit: limit, onReplaced: onReplaced)
    }

    func release(_ claim: ConnectionClaim) {
        open.withLockedValue { $0 -= 1 }
        registry.release(claim)
    }
}

/// Takes every place away again before it is given.
private struct HastyRegistry: ConnectionRegistry {
    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        onReplaced()
        return ConnectionClaim(place: place, number: 1)
    }

    func release(_ claim: ConnectionClaim) {}
}

/// Does something before it gives a place.
private final class HoldingRegistry: ConnectionRegistry {
    let hold = NIOLockedValueBox<@Sendable () async -> Void>({})
    let held = DispatchSemaphore(value: 0)

    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        await hold.withLockedValue { $0 }()
        return ConnectionClaim(place: place, number: 1)
    }

    func release(_ claim: ConnectionClaim) {}
}

/// Unchecked, since it is asked only whether there still is one.
private final class WeakShard: @unchecked Sendable {
    weak var value: Shard?
}

/// Gives a place when the test says so.
private final class SlowRegistry: ConnectionRegistry {
    let open = NIOLockedValueBox(0)
    private let (questions, question) = AsyncStream.makeStream(of: Void.self)
    private let (answers, giving) = AsyncStream.makeStream(of: Void.self)

    func isAsked() async {
        _ = await questions.first { true }
    }

    func answer() {
        giving.yield()
    }

    func claim(
        _ place: ConnectionPlace, limit: Int, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        question.yield()
        _ = await answers.first { true }
        open.withLockedValue { $0 += 1 }
        return ConnectionClaim(place: place, number: 1)
    }

    func release(_ claim: ConnectionClaim) {
        open.withLockedValue { $0 -= 1 }
    }
}
