import NIOCore
import Testing

@testable import Tocsin

@Suite struct EventBatchTests {
    @Test(
        "A chunk is the size in hexadecimal, CRLF, the blocks, CRLF",
        arguments: [
            (1, "1"), (2, "2"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (17, "11"), (255, "ff"), (256, "100"),
            (4095, "fff"), (4096, "1000"), (65_535, "ffff"), (65_536, "10000"), (1_048_577, "100001"),
        ]
    )
    func framing(size: Int, hexadecimal: String) {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let batch = EventBatch(bytes)
        #expect(Array(batch.blocks.readableBytesView) == bytes)
        #expect(Array(batch.chunk.readableBytesView) == Array("\(hexadecimal)\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    @Test("Pieces are joined in order")
    func joining() {
        let batch = EventBatch(joining: [[1], [], [2, 3], [4]], byteCount: 4)
        #expect(Array(batch.blocks.readableBytesView) == [1, 2, 3, 4])
    }

    @Test("Both views share one allocation")
    func sharing() {
        let batch = EventBatch([UInt8](repeating: 1, count: 100))
        let blocks = batch.blocks.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        let chunk = batch.chunk.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(blocks == chunk + 4)
    }
}
