import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct HeartbeatWheelTests {
    @Test(
        "Whoever is silent is told within the interval, and not before three quarters of it",
        arguments: [0, 1, 2, 3, 4, 5, 15, 60]
    )
    func interval(seconds: Int) {
        var random = SeededGenerator(seed: 1)
        var wheel = HeartbeatWheel(interval: seconds)
        let interval = UInt32(max(1, seconds))
        let subscribers = (0..<50).map { _ in Subscriber.idle() }
        for subscriber in subscribers {
            wheel.insert(subscriber, using: &random)
        }
        var told: [ObjectIdentifier: UInt32] = [:]
        for _ in 0..<(4 * interval) {
            for subscriber in wheel.advance(using: &random) {
                let silence = wheel.now - told[ObjectIdentifier(subscriber), default: 0]
                #expect(silence <= interval && silence >= interval - interval / 4)
                told[ObjectIdentifier(subscriber)] = wheel.now
                subscriber.lastWrite = wheel.now
            }
            for subscriber in subscribers {
                #expect(wheel.now - told[ObjectIdentifier(subscriber), default: 0] < interval)
            }
        }
    }

    @Test(
        "Whoever is written to is left alone until it has been silent, however the writes fall",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func writes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let interval: UInt32 = 8
        var wheel = HeartbeatWheel(interval: Int(interval))
        let subscribers = (0..<20).map { _ in Subscriber.idle() }
        for subscriber in subscribers { wheel.insert(subscriber, using: &random) }
        for _ in 0..<500 {
            let silent = wheel.advance(using: &random)
            #expect(Set(silent.map(ObjectIdentifier.init)).count == silent.count)
            for subscriber in silent {
                #expect(wheel.now - subscriber.lastWrite >= interval - interval / 4)
                subscriber.lastWrite = wheel.now
            }
            for subscriber in subscribers {
                #expect(wheel.now - subscriber.lastWrite < interval)
                if random.chance(10) { subscriber.lastWrite = wheel.now }
            }
        }
    }

    @Test(
        "Whoever is taken out is not looked at again, and nobody else is forgotten",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func removal(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = HeartbeatWheel(interval: 3)
        var watched: [ObjectIdentifier: Subscriber] = [:]
        for _ in 0..<300 {
            for _ in 0..<3 {
                let subscriber = Subscriber.idle()
                wheel.insert(subscriber, using: &random)
                watched[ObjectIdentifier(subscriber)] = subscriber
            }
            for _ in 0..<3 {
                guard
                    let gone = watched.values.sorted(by: { $0.lastWrite < $1.lastWrite }).randomElement(using: &random)
                else { continue }
                wheel.remove(gone)
                wheel.remove(gone)
                watched[ObjectIdentifier(gone)] = nil
            }
            for subscriber in wheel.advance(using: &random) {
                #expect(watched[ObjectIdentifier(subscriber)] != nil)
                subscriber.lastWrite = wheel.now
            }
            for subscriber in watched.values { #expect(wheel.now - subscriber.lastWrite < 3) }
        }
    }

    @Test("Many that were written to in the same second are told in several")
    func spread() {
        var random = SeededGenerator(seed: 1)
        var wheel = HeartbeatWheel(interval: 16)
        let subscribers = (0..<1000).map { _ in Subscriber.idle() }
        for subscriber in subscribers { wheel.insert(subscriber, using: &random) }
        // An alarm for everyone, twice.
        for _ in 0..<2 {
            for subscriber in subscribers { subscriber.lastWrite = wheel.now }
            var most = 0
            var all = 0
            for _ in 0..<16 {
                let silent = wheel.advance(using: &random)
                most = max(most, silent.count)
                all += silent.count
                for subscriber in silent { subscriber.lastWrite = wheel.now }
            }
            #expect(all == 1000)
            #expect(most < 300)
        }
    }
}
