import MetricsTestKit
import NIOConcurrencyHelpers
import SeededRandomness
import Testing

@testable import Tocsin

/// What shards count, with known numbers.
@Suite struct ShardMetricsTests {
    /// Brings no page before it is told to.
    private final class Reader: PageReader {
        let limit = 1
        var completion: ((Result<Page, JournalError>) -> Void)?

        func read(
            after: AlarmID?, through: AlarmID, for addresses: [Address],
            completion: @escaping (Result<Page, JournalError>) -> Void
        ) {
            self.completion = completion
        }
    }

    private let factory = TestMetrics()
    private let reader = Reader()

    private func shard(
        position: UInt64 = 0, floor: UInt64 = 0, lifetime: Int? = nil, uptime: @escaping Uptime = { 0 }
    ) -> Shard {
        var configuration = Shard.Configuration()
        configuration.streamLifetime = lifetime
        configuration.stallTimeout = 2
        configuration.heartbeat = 1
        return Shard(
            configuration: configuration, recent: [], floor: .of(floor), position: .of(position), reader: reader,
            now: { Timestamp(milliseconds: 0) }, random: SeededGenerator(seed: 1), metrics: HubMetrics(factory),
            uptime: uptime)
    }

    private func open(
        _ start: Subscription.Start = .live, on channel: RecordingChannel, of shard: Shard
    ) -> Subscriber {
        shard.open(Subscription(addresses: [.everyone], languages: .none, start: start), on: channel)
    }

    private func count(_ label: String, _ dimensions: [(String, String)] = []) throws -> Int64 {
        try factory.expectCounter(label, dimensions).totalValue
    }

    private func catchUps(_ reason: CatchUp) throws -> [Double] {
        try factory.expectRecorder("tocsin_catch_up_alarms", [("reason", reason.rawValue)]).values
    }

    @Test("Events and their bytes are counted for each stream that gets them, live or later, and told at each tick")
    func delivered() throws {
        let shard = shard()
        let channels = [RecordingChannel(), RecordingChannel()]
        for channel in channels { _ = open(on: channel, of: shard) }
        shard.deliver([.alarm(1), .alarm(2)])
        shard.deliver([.alarm(3)])
        #expect(try count("tocsin_delivered_events_total") == 0)
        shard.tellMetrics()
        #expect(try count("tocsin_delivered_events_total") == 6)
        let bytes = channels.flatMap { $0.writes.dropFirst() }.reduce(0) { $0 + $1.count }
        #expect(try count("tocsin_delivered_bytes_total") == bytes)
        let late = RecordingChannel()
        _ = open(.after(.of(1)), on: late, of: shard)
        shard.tick()
        #expect(try count("tocsin_delivered_events_total") == 8)
        #expect(try count("tocsin_delivered_bytes_total") == bytes + late.writes[1].count)
    }

    @Test("A stream that resumes is a catch-up of as many alarms as it is sent before it is live")
    func resume() throws {
        let shard = shard(position: 5, floor: 5)
        shard.deliver([.alarm(6), .alarm(7)])
        let channel = RecordingChannel()
        _ = open(.after(.of(2)), on: channel, of: shard)
        #expect(try catchUps(.resume).isEmpty)
        let page = Page(
            entries: [.alarm(3), .alarm(4)], position: .of(5), isComplete: true, floor: .zero, head: .of(7))
        reader.completion?(.success(page))
        #expect(channel.alarms == [3, 4, 6, 7])
        #expect(try catchUps(.resume) == [4])
        shard.deliver([.alarm(8)])
        _ = open(.after(.of(8)), on: RecordingChannel(), of: shard)
        _ = open(on: RecordingChannel(), of: shard)
        #expect(try catchUps(.resume) == [4, 0])
        #expect(try catchUps(.slow).isEmpty)
    }

    @Test("A stream whose reader takes too little catches up later, and counts also when it ends before")
    func slow() throws {
        let shard = shard()
        let (slow, gone) = (RecordingChannel(), RecordingChannel())
        let subscribers = [slow, gone].map { open(on: $0, of: shard) }
        for channel in [slow, gone] { channel.isWritable = false }
        shard.deliver([.alarm(1)])
        shard.deliver([.alarm(2)])
        #expect(try catchUps(.slow).isEmpty)
        slow.isWritable = true
        shard.writabilityChanged(subscribers[0])
        #expect(slow.alarms == [1, 2])
        #expect(try catchUps(.slow) == [2])
        shard.close(subscribers[1])
        #expect(try catchUps(.slow) == [2, 0])
        shard.deliver([.alarm(3)])
        shard.tellMetrics()
        #expect(try count("tocsin_delivered_events_total") == 3)
        #expect(try catchUps(.resume).isEmpty)
    }

    @Test("Streams are counted by what they go over, and their ends by reason, each once")
    func life() throws {
        let shard = shard()
        let channels = (0..<6).map { _ in RecordingChannel() }
        channels[5].transport = .http2
        let subscribers = channels.map { open(on: $0, of: shard) }
        #expect(shard.count(over: .http1) == 5)
        #expect(shard.count(over: .http2) == 1)
        shard.close(subscribers[0])
        shard.close(subscribers[0])
        shard.replace(subscribers[1])
        channels[2].isWritable = false
        shard.writabilityChanged(subscribers[2])
        for _ in 0..<3 { shard.tick() }
        #expect(channels[2].wasAborted)
        #expect(shard.count(over: .http1) == 2)
        shard.end(6, retryingAfter: 1000...1000)
        #expect(shard.count(over: .http1) == 0)
        #expect(shard.count(over: .http2) == 0)
        #expect(try count("tocsin_streams_opened_total", [("protocol", "http/1.1")]) == 5)
        #expect(try count("tocsin_streams_opened_total", [("protocol", "h2")]) == 1)
        for (end, expected) in [StreamEnd.left: 1, .replaced: 1, .stalled: 1, .outlived: 0, .drained: 3] {
            #expect(try count("tocsin_streams_ended_total", [("reason", end.rawValue)]) == expected, "\(end)")
        }
    }

    @Test("A stream whose time is over ends for that reason")
    func lifetime() throws {
        let shard = shard(lifetime: 2)
        _ = open(on: RecordingChannel(), of: shard)
        for _ in 0..<3 { shard.tick() }
        #expect(shard.count == 0)
        #expect(try count("tocsin_streams_ended_total", [("reason", "outlived")]) == 1)
        #expect(try count("tocsin_streams_ended_total", [("reason", "drained")]) == 0)
    }

    @Test("Resets are counted by reason: at the opening, while catching up, and for all when the past is lost")
    func resets() throws {
        let shard = shard(position: 5, floor: 5)
        _ = open(.reset(.unknown, head: .of(5)), on: RecordingChannel(), of: shard)
        _ = open(.reset(.expired, head: .of(5)), on: RecordingChannel(), of: shard)
        _ = open(.after(.of(2)), on: RecordingChannel(), of: shard)
        reader.completion?(
            .success(Page(entries: [], position: .of(5), isComplete: true, floor: .of(3), head: .of(5))))
        #expect(try count("tocsin_resets_total", [("reason", "expired")]) == 2)
        #expect(try count("tocsin_resets_total", [("reason", "unknown")]) == 1)
        shard.discontinue(at: .of(9))
        #expect(try count("tocsin_resets_total", [("reason", "unknown")]) == 4)
    }

    @Test("Heartbeats are counted")
    func heartbeats() throws {
        let shard = shard()
        for _ in 0..<3 { _ = open(on: RecordingChannel(), of: shard) }
        for _ in 0..<2 { shard.tick() }
        #expect(try count("tocsin_heartbeats_total") == 6)
    }

    @Test("The latency is that of the oldest alarm of a write, with one reading of the clock for 64 of them")
    func latency() throws {
        let clock = Ticks()
        let shard = shard(uptime: clock.next)
        for _ in 0..<130 { _ = open(on: RecordingChannel(), of: shard) }
        shard.deliver([.alarm(1), .alarm(2)], committedAt: [400_000_000, 900_000_000])
        #expect(clock.readings == 3)
        shard.deliver([.alarm(3)])
        shard.deliver([.alarm(4)], committedAt: [nil])
        #expect(clock.readings == 3)
        shard.tellMetrics()
        let values = try factory.expectTimer("tocsin_delivery_latency_seconds").values
        // The readings were 1, 2 and 3 s; each bucket has its mean.
        #expect(Set(values) == [600_000_000, 1_600_000_000, 2_600_000_000])
        #expect(values.filter { $0 == 600_000_000 }.count == 64)
        #expect(values.filter { $0 == 1_600_000_000 }.count == 64)
        #expect(values.filter { $0 == 2_600_000_000 }.count == 2)
    }

    @Test("Alarms of several commits that are handed over together are timed each from its own")
    func severalCommits() throws {
        let shard = shard(uptime: { 1_000_000_000 })
        let users = try ["a", "b"].map { try Name($0 as String) }
        for user in users {
            _ = shard.open(
                Subscription(addresses: [.user(user)], languages: .none, start: .live), on: RecordingChannel())
        }
        shard.deliver(
            [.alarm(1, to: .user(users[0])), .alarm(2, to: .user(users[1]))], committedAt: [999_990_000, 400_000_000])
        shard.tellMetrics()
        #expect(try factory.expectTimer("tocsin_delivery_latency_seconds").values.sorted() == [10_000, 600_000_000])
    }

    /// A clock that goes on by a second whenever it is read.
    private final class Ticks: Sendable {
        private let count = NIOLockedValueBox(UInt64(0))

        var readings: UInt64 { count.withLockedValue(\.self) }

        func next() -> UInt64 {
            count.withLockedValue { count in
                count += 1
                return count * 1_000_000_000
            }
        }
    }
}
