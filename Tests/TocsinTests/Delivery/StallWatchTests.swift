import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct StallWatchTests {
    @Test("Whoever takes no byte for the timeout is told of, and not before")
    func timeout() {
        var watch = StallWatch(timeout: 3)
        let subscriber = Subscriber.idle()
        watch.begin(subscriber, at: 10)
        for now in 11...12 as ClosedRange<UInt32> { #expect(watch.advance(to: now).isEmpty) }
        #expect(watch.advance(to: 13).first === subscriber)
    }

    @Test("Each byte that is taken begins the time anew")
    func progress() {
        let channel = RecordingChannel()
        channel.isWritable = false
        var watch = StallWatch(timeout: 3)
        watch.begin(.idle(on: channel), at: 0)
        for now in 1...20 as ClosedRange<UInt32> {
            channel.taken = UInt64(now / 3)
            #expect(watch.advance(to: now).isEmpty)
        }
        #expect(watch.advance(to: 21).count == 1)
    }

    @Test("Who is writable and has taken a byte is watched no more")
    func writableProgress() {
        let channels = (0..<3).map { _ in RecordingChannel() }
        var watch = StallWatch(timeout: 3)
        for channel in channels { watch.begin(.idle(on: channel), at: 0) }
        channels[0].taken = 1
        channels[1].taken = 1
        channels[1].isWritable = false
        #expect(watch.advance(to: 1).isEmpty)
        #expect(watch.advance(to: 3).count == 1)
        #expect(watch.advance(to: 4).count == 2)
        #expect(watch.advance(to: 99).count == 2)
    }

    @Test("Where taken bytes cannot be told, only the time counts")
    func unknownProgress() {
        let channel = RecordingChannel()
        channel.taken = nil
        var watch = StallWatch(timeout: 2)
        watch.begin(.idle(on: channel), at: 0)
        #expect(watch.advance(to: 1).isEmpty)
        #expect(watch.advance(to: 2).count == 1)
    }

    @Test("To begin again does not begin the time anew")
    func beginningAgain() {
        var watch = StallWatch(timeout: 2)
        let subscriber = Subscriber.idle()
        watch.begin(subscriber, at: 0)
        watch.begin(subscriber, at: 1)
        #expect(watch.advance(to: 2).count == 1)
    }

    @Test(
        "Whoever is writable again is watched no more, in whatever order they go",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func ending(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var watch = StallWatch(timeout: 1)
        let subscribers = (0..<8).map { _ in Subscriber.idle() }
        for subscriber in subscribers { watch.begin(subscriber, at: 0) }
        var rest = Set(subscribers.map(ObjectIdentifier.init))
        for subscriber in subscribers.shuffled(using: &random) {
            #expect(Set(watch.advance(to: 1).map(ObjectIdentifier.init)) == rest)
            watch.end(subscriber)
            watch.end(subscriber)
            rest.remove(ObjectIdentifier(subscriber))
        }
        #expect(watch.advance(to: 9).isEmpty)
    }
}
