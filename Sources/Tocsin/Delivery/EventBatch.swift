package import NIOCore

/// Bytes of one or more event-stream blocks, ready to be written to any number of streams.
///
/// The storage has room around the blocks for the framing of an HTTP/1.1 chunk (RFC 9112 7.1), so that no server copies
/// them again: both views share one allocation.
package struct EventBatch: Sendable {
    /// The blocks alone.
    package let blocks: ByteBuffer
    /// The blocks as one chunk: `<size in hexadecimal>` CRLF blocks CRLF.
    package let chunk: ByteBuffer

    /// - Parameter pieces: the blocks' bytes, in order; together at least one byte, or the chunk would end the response.
    package init(joining pieces: some Sequence<[UInt8]>, byteCount: Int) {
        var buffer = ByteBufferAllocator().buffer(capacity: Self.headRoom + byteCount + 2)
        buffer.writeRepeatingByte(UInt8(ascii: "0"), count: Self.headRoom)
        for piece in pieces {
            buffer.writeBytes(piece)
        }
        let end = buffer.writerIndex
        buffer.writeStaticString("\r\n")

        // The size is written backwards, up to the first block.
        var start = Self.headRoom - 2
        _ = buffer.setStaticString("\r\n", at: start)
        var rest = end - Self.headRoom
        repeat {
            start -= 1
            buffer.setInteger(UInt8(hexadecimalDigit: rest & 0xF), at: start)
            rest >>= 4
        } while rest > 0

        var chunk = buffer
        chunk.moveReaderIndex(to: start)
        self.chunk = chunk
        buffer.moveReaderIndex(to: Self.headRoom)
        buffer.moveWriterIndex(to: end)
        self.blocks = buffer
    }

    package init(_ bytes: [UInt8]) {
        self.init(joining: CollectionOfOne(bytes), byteCount: bytes.count)
    }

    /// Sixteen hexadecimal digits and CRLF: more than any size that fits in memory.
    private static let headRoom = 18
}
