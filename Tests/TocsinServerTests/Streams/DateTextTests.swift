import CoreFoundation
import Foundation
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct DateTextTests {
    @Test(
        "The Date field has the form that HTTP wants",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ])
    func httpDate(second: Int, text: String) {
        #expect(HTTPDate.text(of: Date(timeIntervalSince1970: TimeInterval(second))) == text)
    }

    @Test("The Date field tells the present")
    func now() throws {
        let before = Date().timeIntervalSince1970
        let texts = (0...2).map { HTTPDate.text(of: Date(timeIntervalSince1970: before + Double($0))) }
        #expect(texts.contains(HTTPDate.now()))
    }

    @Test(
        "A time is told in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (1, "1970-01-01T00:00:00.001Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (-1000, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)])
    func rfc3339(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test("Every millisecond is told as it is", arguments: [1_767_323_045, 1_999_999_999, 4_102_444_800] as [Int64])
    func everyMillisecond(second: Int64) {
        let wrong = (Int64(0)..<1000).filter { millisecond in
            let digits = String(repeating: "0", count: 3 - String(millisecond).count) + String(millisecond)
            return !Timestamp(milliseconds: second * 1000 + millisecond).rfc3339.hasSuffix(".\(digits)Z")
        }
        #expect(wrong == [])
    }

    @Test("The system's time has its milliseconds, not one less")
    func systemTime() {
        for _ in 0..<1000 {
            let before = Int64(clock())
            let told = Timestamp.now().milliseconds
            #expect(told >= before && told <= Int64(clock()))
        }
    }

    /// Milliseconds since 1970 by the clock itself.
    private func clock() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
