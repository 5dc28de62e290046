import ServerSentEvents
import Testing

@testable import TocsinBenchmarks

struct SampleStreamTests {
    @Test func `events of a sample have the sizes that are told, and are read as that many`() throws {
        let stream = try SampleStream(length: 100_000)
        var sizes: Set<Int> = []
        for block in String(decoding: stream.bytes, as: UTF8.self).split(separator: "\n\n") {
            sizes.insert(block.utf8.count + 2)
        }
        #expect(sizes.min() == 100 && sizes.max() == 300 && sizes.count == 201)
        #expect((99_700...100_000).contains(stream.bytes.count))
        var parser = EventStreamParser()
        var items: [EventStreamItem] = []
        try parser.parse(stream.bytes, into: &items)
        #expect(items.count == stream.events)
        #expect(stream.bytes.count { $0 == UInt8(ascii: "\n") } == stream.lines)
    }
}
