import Testing

@testable import Tocsin

@Suite struct AlarmCheckingTests {
    private func alarm(retry: Duration? = nil, ttl: Duration? = nil) throws -> Alarm {
        try Alarm(to: .everyone, data: .text(""), retry: retry, ttl: ttl)
    }

    @Test("A reconnection time is exactly what was given, without a part of a millisecond")
    func retry() throws {
        for milliseconds in [500, 501, 295_149, 3_599_999, 3_600_000] {
            #expect(try alarm(retry: .milliseconds(milliseconds)).retry == milliseconds)
        }
        #expect(try alarm(retry: .microseconds(1_000_999)).retry == 1000)
        #expect(try alarm().retry == nil)
        for refused: Duration in [
            .microseconds(499_999), .microseconds(3_600_000_001), .seconds(Int64.max), .seconds(Int64.min),
        ] {
            #expect(throws: InvalidAlarm.self) { try alarm(retry: refused) }
        }
    }

    @Test("A begun second of the time to live counts as a whole one")
    func ttl() throws {
        let kept: [(Duration, Int)] = [
            (.nanoseconds(1), 1), (.seconds(1), 1), (.milliseconds(1001), 2), (.seconds(31_536_000), 31_536_000),
        ]
        for (ttl, seconds) in kept {
            #expect(try alarm(ttl: ttl).ttl == seconds)
        }
        #expect(try alarm().ttl == nil)
        for refused: Duration in [
            .zero, .seconds(-1), .milliseconds(31_536_000_001), .seconds(Int64.max), .seconds(Int64.min),
        ] {
            #expect(throws: InvalidAlarm.self) { try alarm(ttl: refused) }
        }
    }
}
