import NIOCore
import Testing

@testable import Tocsin

extension Frame {
    fileprivate init(_ bytes: [UInt8], of low: UInt64) {
        self.init(.alarm(low), variant: 0, bytes: bytes)
    }
}

@Suite struct FrameListsTests {
    private func bytes(_ batch: EventBatch) -> [UInt8] { Array(batch.blocks.readableBytesView) }

    @Test("Every subset of frames, taken in any interleaving, has its own bytes and last id")
    func subsets() {
        let frameCount = 6
        var lists = FrameLists()
        var listOfSubset = Array(repeating: FrameLists.empty, count: 1 << frameCount)
        for frame in 0..<frameCount {
            let number = lists.add(Frame([UInt8(frame), UInt8(frame)], of: UInt64(frame)))
            for subset in listOfSubset.indices where subset >> frame & 1 == 1 {
                listOfSubset[subset] = lists.extending(listOfSubset[subset], by: number)
            }
        }
        for subset in 1..<listOfSubset.count {
            let frames = (0..<frameCount).filter { subset >> $0 & 1 == 1 }
            #expect(bytes(lists.batch(of: listOfSubset[subset])) == frames.flatMap { [UInt8($0), UInt8($0)] })
            #expect(lists.lastID(of: listOfSubset[subset]) == .of(UInt64(frames[frames.count - 1])))
        }
        #expect(Set(listOfSubset).count == listOfSubset.count)
    }

    @Test("Subscribers that took the same frames share one buffer")
    func sharing() {
        var lists = FrameLists()
        let first = lists.add(Frame([1], of: 1))
        let second = lists.add(Frame([2], of: 2))
        let one = lists.extending(lists.extending(FrameLists.empty, by: first), by: second)
        _ = lists.extending(FrameLists.empty, by: second)
        let other = lists.extending(lists.extending(FrameLists.empty, by: first), by: second)
        #expect(one == other)
        let buffers = [one, other].map { list in
            lists.batch(of: list).chunk.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        }
        #expect(buffers[0] == buffers[1])
    }

    @Test("Nothing of a walk is left for the next")
    func removal() {
        var lists = FrameLists()
        let before = lists.extending(FrameLists.empty, by: lists.add(Frame([1], of: 1)))
        #expect(bytes(lists.batch(of: before)) == [1])
        lists.removeAll()
        let after = lists.extending(FrameLists.empty, by: lists.add(Frame([2], of: 2)))
        #expect(bytes(lists.batch(of: after)) == [2])
        #expect(lists.lastID(of: after) == .of(2))
    }
}
