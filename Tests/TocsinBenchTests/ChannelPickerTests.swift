import Testing

@testable import TocsinBench

struct ChannelPickerTests {
    @Test func `channels are chosen about evenly`() {
        var picker = ChannelPicker()
        var counts = Array(repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[picker.next(of: 10)] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
        #expect((0..<5).map { _ in picker.next(of: 1) } == [0, 0, 0, 0, 0])
    }
}
