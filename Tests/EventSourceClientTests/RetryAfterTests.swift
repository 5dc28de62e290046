import Foundation
import Testing

@testable import EventSourceClient

@Suite struct RetryAfterTests {
    @Test(
        "It is a number of seconds or a date, and all else is not there",
        arguments: [
            ("0", .zero), ("120", .seconds(120)), ("Thu, 01 Jan 1970 00:02:00 GMT", .seconds(20)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", .zero), ("-1", nil), ("", nil), ("soon", nil), ("1.5", nil),
        ] as [(String, Duration?)])
    func value(text: String, duration: Duration?) {
        #expect(RetryAfter.duration(text, now: Date(timeIntervalSince1970: 100)) == duration)
    }
}
