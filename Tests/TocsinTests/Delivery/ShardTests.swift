import NIOConcurrencyHelpers
import SeededRandomness
import ServerSentEvents
import Testing

@testable import Tocsin

@Suite struct ShardTests {
    /// Brings pages of a journal at once, or when it is told to.
    private final class Reader: PageReader {
        let limit = 1
        var page: Page?
        private var completion: ((Result<Page, JournalError>) -> Void)?

        func bring(_ page: Page) {
            completion?(.success(page))
        }

        func read(
            after: AlarmID?,
            through: AlarmID,
            for addresses: [Address],
            completion: @escaping (Result<Page, JournalError>) -> Void
        ) {
            self.completion = completion
            if let page { completion(.success(page)) }
        }
    }

    private func shard(
        position: UInt64 = 0, floor: UInt64 = 0, reader: some PageReader = Reader(), lifetime: Int? = nil,
        now: @escaping WallClock = { Timestamp(milliseconds: 0) }
    ) -> Shard {
        var configuration = Shard.Configuration()
        configuration.stallTimeout = 3
        configuration.heartbeat = 4
        configuration.catchUpBytes = 1
        configuration.streamLifetime = lifetime
        return Shard(
            configuration: configuration,
            recent: [],
            floor: .of(floor),
            position: .of(position),
            reader: reader,
            now: now,
            random: SeededGenerator(seed: 1)
        )
    }

    private func subscription(
        _ start: Subscription.Start = .live,
        discontinuities: Int? = nil,
        greeting: String? = nil
    ) -> Subscription {
        Subscription(
            addresses: [.everyone],
            languages: .none,
            start: start,
            discontinuities: discontinuities,
            greeting: greeting
        )
    }

    @Test("A stream begins with its position, then the greeting, then what it missed, then what is new")
    func order() {
        let shard = shard()
        let channel = RecordingChannel()
        shard.deliver([.alarm(1), .alarm(2)])
        _ = shard.open(subscription(.after(.of(1)), greeting: "hello"), on: channel)
        shard.deliver([.alarm(3)])
        #expect(channel.events.map(\.type.string) == ["position", "message", "alarm", "alarm"])
        #expect(channel.events.map(\.lastEventID.string) == ["1-1", "1-1", "1-2", "1-3"])
        #expect(channel.events.map(\.data) == ["", "hello", "2", "3"])
    }

    @Test("A batch is one write, whatever is in it")
    func oneWrite() {
        let shard = shard()
        let channel = RecordingChannel()
        _ = shard.open(subscription(), on: channel)
        shard.deliver([.alarm(1), .alarm(2), .alarm(3)])
        #expect(channel.writes.count == 2)
        #expect(channel.alarms == [1, 2, 3])
    }

    @Test("Entries that the shard has come to already are passed over")
    func again() {
        let shard = shard()
        let channel = RecordingChannel()
        _ = shard.open(subscription(), on: channel)
        shard.deliver([.alarm(1), .alarm(2)])
        shard.deliver([.alarm(1), .alarm(2), .alarm(3)])
        #expect(channel.alarms == [1, 2, 3])
    }

    @Test("A stream that cannot resume begins with its reconnection time alone, then the reset")
    func reset() {
        let shard = shard(position: 5)
        let channel = RecordingChannel()
        _ = shard.open(subscription(.reset(.expired, head: .of(7))), on: channel)
        #expect(channel.events.map(\.type.string) == ["reset"])
        #expect(channel.events.first?.data == #"{"reason":"expired","head":"1-7"}"#)
        #expect(String(decoding: channel.writes[0].prefix(7), as: UTF8.self) == "retry: ")
        shard.deliver([.alarm(6), .alarm(7), .alarm(8)])
        #expect(channel.alarms == [8])
    }

    @Test("Where a stream resumes is known without the journal if that was recent, and only if it was the same id")
    func resumePoint() {
        let shard = shard(position: 5, floor: 5)
        shard.deliver([.alarm(7), .alarm(9)])
        let known = ["1-5", "1-7", "1-9"].map { shard.start(resumingAfter: $0) }
        #expect(known == [.after(.of(5)), .after(.of(7)), .after(.of(9))])
        for text in ["0-0", "1-4", "1-6", "1-8", "1-10", "2-7", "0-9", "1-07", "01-7", "+1-7", "1-7 ", "", "x"] {
            #expect(shard.start(resumingAfter: text) == nil)
        }
        shard.discontinue(at: .of(20))
        #expect(shard.start(resumingAfter: "1-9") == nil)
        #expect(shard.start(resumingAfter: "1-20") == .after(.of(20)))
    }

    @Test("A stream whose resume point was checked before the past was lost is told so", arguments: [0, 1, nil])
    func resetWhileOpening(asked: Int?) {
        let shard = shard(position: 5)
        shard.discontinue(at: .of(9))
        let channel = RecordingChannel()
        _ = shard.open(subscription(.after(.of(9)), discontinuities: asked), on: channel)
        #expect(channel.events.map(\.type.string) == [asked == 0 ? "reset" : "position"])
    }

    @Test("A stream that takes nothing from its opening on is closed when the time is over")
    func stalledAtOpening() {
        let shard = shard()
        let channel = RecordingChannel()
        channel.isWritable = false
        _ = shard.open(subscription(), on: channel)
        for _ in 0..<2 { shard.tick() }
        #expect(!channel.wasAborted)
        shard.tick()
        #expect(channel.wasAborted)
        #expect(shard.count == 0)
    }

    @Test("A stream that takes nothing of the little that waits is closed, though its channel would take more")
    func stalledWithLittle() {
        let shard = shard()
        let channels = (0..<3).map { _ in RecordingChannel() }
        for channel in channels { _ = shard.open(subscription(), on: channel) }
        for channel in channels.dropFirst() { channel.hasUntakenBytes = true }
        for second in 1...12 {
            // It takes something each time that it is looked at.
            channels[2].taken = UInt64(second)
            shard.tick()
            #expect(channels[1].wasAborted == (second >= 4), "\(second)")
        }
        #expect(channels.map(\.wasAborted) == [false, true, false])
        #expect(shard.count == 2)
    }

    @Test("A stream ends after four fifths of its lifetime or up to all of it, and says when to come back")
    func lifetime() throws {
        let shard = shard(lifetime: 100)
        let channels = (0..<200).map { _ in RecordingChannel() }
        for channel in channels { _ = shard.open(subscription(), on: channel) }
        var ends: [Int] = []
        for second in 1...100 {
            let before = shard.count
            shard.tick()
            ends += Array(repeating: second, count: before - shard.count)
        }
        #expect(ends.count == 200)
        #expect(ends.first ?? 0 >= 80)
        #expect(Set(ends).count > 10)
        for channel in channels {
            #expect(String(decoding: try #require(channel.last), as: UTF8.self).hasPrefix("retry: "))
        }
    }

    @Test("A stream ends in the second in which its pass expires, whenever others do, and says when to come back")
    func expiry() throws {
        let time = NIOLockedValueBox<Int64>(0)
        let shard = shard(now: { Timestamp(milliseconds: time.withLockedValue(\.self)) })
        let expiries: [Int64?] = [nil, 5000, 5000, 7001, -1, .max >> 11]
        let channels = expiries.map { _ in RecordingChannel() }
        var subscribers: [Subscriber] = []
        for (channel, expiry) in zip(channels, expiries) {
            var request = subscription()
            request.pass = StreamPass(holder: 1, expiresAt: expiry.map(Timestamp.init(milliseconds:)))
            subscribers.append(shard.open(request, on: channel))
        }
        shard.close(subscribers[2])
        let states = [(999, 4), (4999, 4), (5000, 3), (7000, 3), (7999, 3), (8000, 2), (1_000_000, 2)]
        for (milliseconds, count) in states {
            time.withLockedValue { $0 = Int64(milliseconds) }
            shard.tick()
            #expect(shard.count == count, "\(milliseconds)")
        }
        #expect(channels.map { $0.last != nil } == [false, true, false, true, true, false])
        #expect(String(decoding: try #require(channels[1].last), as: UTF8.self).hasPrefix("retry: "))
    }

    @Test("The streams of a revoked pass end at once, and no others")
    func revocation() throws {
        let shard = shard()
        let channels = (0..<9).map { _ in RecordingChannel() }
        for (number, channel) in channels.enumerated() {
            var request = subscription()
            if number > 0 { request.pass = StreamPass(holder: number % 4, expiresAt: nil) }
            _ = shard.open(request, on: channel)
        }
        shard.endStreams { $0.holder as? Int == 0 }
        #expect(channels.map { $0.last != nil } == (0..<9).map { [4, 8].contains($0) })
        #expect(shard.count == 7)
        #expect(String(decoding: try #require(channels[4].last), as: UTF8.self).hasPrefix("retry: "))
        shard.deliver([.alarm(1)])
        #expect(channels.map(\.alarms) == (0..<9).map { [4, 8].contains($0) ? [] : [1] })
    }

    @Test("Without a lifetime a stream stays")
    func noLifetime() {
        let shard = shard()
        let channel = RecordingChannel()
        _ = shard.open(subscription(), on: channel)
        for _ in 0..<1000 { shard.tick() }
        #expect(channel.last == nil && shard.count == 1)
    }

    @Test(
        "Nothing is written to a stream that closes while another is written to",
        arguments: ["alarm", "reset", "heartbeat"]
    )
    func closingInAWrite(occasion: String) {
        let shard = shard()
        let channels = (0..<6).map { _ in RecordingChannel() }
        let subscribers = channels.map { shard.open(subscription(), on: $0) }
        for channel in channels {
            channel.onWrite = { subscribers.forEach(shard.close) }
        }
        switch occasion {
        case "alarm": shard.deliver([.alarm(1)])
        case "reset": shard.discontinue(at: .of(1))
        default: for _ in 0..<4 { shard.tick() }
        }
        #expect(channels.filter { $0.writes.count == 2 }.count == 1)
        #expect(channels.filter { $0.writes.count == 1 }.count == 5)
        #expect(shard.count == 0)
    }

    @Test("A stream that closes during its own opening leaves nothing behind")
    func closingAtOpening() {
        let shard = shard()
        let channel = RecordingChannel()
        let first = shard.open(subscription(), on: channel)
        channel.onWrite = { shard.close(first) }
        shard.deliver([.alarm(1)])
        shard.close(first)
        #expect(shard.count == 0)
        let second = shard.open(subscription(), on: RecordingChannel())
        shard.close(second)
        shard.deliver([.alarm(2)])
        #expect(channel.alarms == [1])
    }

    @Test("A page that brings a stream no further is not asked for again before the next second")
    func lateJournal() {
        let reader = Reader()
        reader.page = Page(entries: [], position: .of(2), isComplete: true, floor: .zero, head: .of(2))
        let shard = shard(position: 5, floor: 5, reader: reader)
        let channel = RecordingChannel()
        _ = shard.open(subscription(.after(.of(2))), on: channel)
        #expect(channel.events.count == 1)
        reader.page = Page(entries: [.alarm(4)], position: .of(5), isComplete: true, floor: .zero, head: .of(5))
        shard.tick()
        #expect(channel.alarms == [4])
    }

    @Test(
        "The past comes before what is newer, also where each write makes the channel not writable and writable again"
    )
    func writableDuringWrite() {
        let reader = Reader()
        let shard = shard(position: 5, floor: 5, reader: reader)
        let channel = RecordingChannel()
        let subscriber = shard.open(subscription(.after(.of(1))), on: channel)
        shard.deliver([.alarm(6), .alarm(7)])
        channel.onWrite = {
            for isWritable in [false, true] {
                channel.isWritable = isWritable
                shard.writabilityChanged(subscriber)
            }
        }
        reader.bring(
            Page(
                entries: [.alarm(2), .alarm(3), .alarm(5)],
                position: .of(5),
                isComplete: true,
                floor: .zero,
                head: .of(7)
            )
        )
        shard.deliver([.alarm(8)])
        #expect(channel.alarms == [2, 3, 5, 6, 7, 8])
    }

    @Test("As many streams are ended as it says, each to come back at another time of those it says")
    func endingSome() {
        let shard = shard()
        let channels = (0..<50).map { _ in RecordingChannel() }
        for channel in channels { _ = shard.open(subscription(), on: channel) }
        shard.end(20, retryingAfter: 7000...9000)
        #expect(shard.count == 30)
        let retries = channels.compactMap(\.last).compactMap { last in
            Int(String(decoding: last, as: UTF8.self).trimmingPrefix("retry: ").prefix { $0.isNumber })
        }
        #expect(retries.count == 20 && retries.allSatisfy((7000...9000).contains))
        #expect(Set(retries).count > 10)
        shard.end(99, retryingAfter: 7000...9000)
        #expect(shard.count == 0)
    }

    @Test("Every stream is ended with a reconnection time, and the shard is empty then")
    func ending() throws {
        let shard = shard()
        let channels = (0..<5).map { _ in RecordingChannel() }
        for channel in channels { _ = shard.open(subscription(), on: channel) }
        shard.end(shard.count, retryingAfter: 2000...6000)
        for channel in channels {
            #expect(String(decoding: try #require(channel.last), as: UTF8.self).hasPrefix("retry: "))
        }
        #expect(shard.count == 0)
        shard.deliver([.alarm(1)])
        #expect(channels.allSatisfy { $0.writes.count == 1 })
    }
}
