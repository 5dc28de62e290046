import NIOCore
import Testing

@testable import TocsinBench

struct EventScannerTests {
    private static let stream = """
        retry: 3211
        event: position
        data:
        id: 7-1

        :
        event: alarm
        data: b=3.17.123456789012345.xxxx
        id: 7-2

        event: alarm
        data: something else
        id: 7-3

        id: 7-4
        data: b=0.1.5.

        data: b=1.1.1.xxx
        id: 7-5

        """

    @Test(arguments: [1, 3, 1000])
    func `marks, ids and times are found in whatever pieces they come`(size: Int) {
        var scanner = EventScanner()
        var marks: [Mark] = []
        feed(Self.stream, in: size) { bytes in scanner.scan(bytes, into: &marks) }
        let expected = [
            Mark(publisher: 3, sequence: 17, time: 123_456_789_012_345), Mark(publisher: 0, sequence: 1, time: 5),
        ]
        #expect(marks == expected)
        #expect(scanner.retry == 3211)
        #expect(String(decoding: scanner.lastEventID, as: UTF8.self) == "7-4")
    }

    @Test func `an event that a break leaves incomplete does not count`() {
        var scanner = EventScanner()
        var marks: [Mark] = []
        feed("data: b=1.1.1.x\nid: 9-1\n", in: 1000) { bytes in scanner.scan(bytes, into: &marks) }
        scanner.reset()
        feed("\n", in: 1) { bytes in scanner.scan(bytes, into: &marks) }
        #expect(marks.isEmpty)
        #expect(scanner.lastEventID.isEmpty)
    }

    @Test func `a mark is written in exactly so many bytes`() {
        var buffer = ByteBuffer()
        Mark(publisher: 255, sequence: .max, time: .max / 2).write(into: &buffer, size: 100)
        #expect(buffer.readableBytes == 100)
        buffer.clear()
        Mark(publisher: 9999, sequence: .max, time: 9_999_999_999_999_999).write(into: &buffer, size: 0)
        #expect(buffer.readableBytes <= Mark.maximumSize)
    }
}
