import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct TokenBucketsTests {
    private static let second: UInt64 = 1_000_000_000
    private let client: IPAddress
    private let other: IPAddress

    init() throws {
        client = try #require(IPAddress("192.0.2.1"))
        other = try #require(IPAddress("2001:db8::1"))
    }

    @Test("A client that was silent may do five seconds' worth at once, and then as often as the rate says")
    func burst() {
        var buckets = TokenBuckets(rate: 2)
        for _ in 0..<10 { #expect(buckets.take(for: client, at: 0) == nil) }
        #expect(buckets.take(for: client, at: 0) == 1)
        #expect(buckets.take(for: client, at: Self.second / 2 - 1) == 1)
        #expect(buckets.take(for: client, at: Self.second / 2) == nil)
        #expect(buckets.take(for: client, at: Self.second / 2) == 1)
        #expect(buckets.take(for: client, at: 100 * Self.second) == nil)
    }

    @Test("The wait is told in whole seconds, after which there is a token", arguments: [1, 3, 7, 1000])
    func wait(rate: Int) throws {
        var buckets = TokenBuckets(rate: rate, burst: 2)
        let now = 17 * Self.second
        while buckets.take(for: client, at: now) == nil {}
        let refused = buckets.take(for: client, at: now)
        let wait = try #require(refused)
        #expect(wait >= 1)
        let again = buckets.take(for: client, at: now + UInt64(wait) * Self.second)
        #expect(again == nil)
    }

    @Test("Clients do not take from each other; those of one /64 share, and IPv4 in IPv6 is IPv4")
    func clients() throws {
        var buckets = TokenBuckets(rate: 1, burst: 1)
        func take(_ text: String) throws -> Bool { buckets.take(for: try #require(IPAddress(text)), at: 0) == nil }
        #expect(try take("192.0.2.1"))
        #expect(try take("192.0.2.2"))
        #expect(try !take("::ffff:192.0.2.1"))
        #expect(try take("2001:db8:0:1::1"))
        #expect(try !take("2001:db8:0:1:ffff::9"))
        #expect(try take("2001:db8:0:2::1"))
    }

    @Test(
        "Whatever is forgotten, nobody gets more than the rate and one full bucket",
        arguments: 1...8 as ClosedRange<UInt64>)
    func bound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Int.random(in: 1...50, using: &random)
        var buckets = TokenBuckets(rate: rate)
        var now: UInt64 = 0
        var taken: [UInt64] = []
        var isSilent = false
        for _ in 0..<8000 {
            now += UInt64.random(in: 0...(random.chance(1) ? 8 * Self.second : Self.second / 30), using: &random)
            // While one is silent the other goes on, and what is full is forgotten.
            if random.chance(1) { isSilent.toggle() }
            if !isSilent, buckets.take(for: client, at: now) == nil { taken.append(now) }
            _ = buckets.take(for: other, at: now)
        }
        // In no window of any length.
        for first in stride(from: 0, to: taken.count, by: 7) {
            for last in stride(from: first, to: taken.count, by: 11) {
                let seconds = Double(taken[last] - taken[first]) / Double(Self.second)
                #expect(Double(last - first) <= Double(rate) * (seconds + 5) + 0.01)
            }
        }
    }

    @Test("Addresses whose buckets are full again are forgotten, and no more are remembered than there is room for")
    func memory() {
        var buckets = TokenBuckets(rate: 10, burst: 5, capacity: 100)
        func address(_ number: Int) -> IPAddress { IPAddress(high: UInt64(number), low: 1) }
        for number in 0..<1000 { _ = buckets.take(for: address(number), at: 1) }
        #expect(buckets.count <= 200)
        for step in 1...3 as ClosedRange<UInt64> { _ = buckets.take(for: client, at: step * 6 * Self.second) }
        #expect(buckets.count <= 2)
    }
}
