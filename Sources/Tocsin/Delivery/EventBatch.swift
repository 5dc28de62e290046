package import NIOCore

/// Bytes of one or more event-stream blocks, ready to be written to any number of streams.
///
/// The storage has room around the blocks for the framing of an HTTP/1.1 chunk (RFC 9112 7.1), so that no server copies
/// them again: both views share one allocation. A class, since each stream that is written to copies the reference.
package final class EventBatch: Sendable {
    /// What the blocks say, for readers in the same process.
    package enum Meaning: Sendable {
        /// Nothing to a reader: how long to wait before it reconnects, or that the stream lives.
        case none
        /// Everything up to here that concerns the stream has been written to it.
        case position(AlarmID)
        case reset(ResetReason, head: AlarmID)
        case replaced
        /// In the order of their ids; at least one.
        case alarms([Frame])
    }

    /// The blocks alone.
    package let blocks: ByteBuffer
    /// The blocks as one chunk: `<size in hexadecimal>` CRLF blocks CRLF.
    package let chunk: ByteBuffer
    package let meaning: Meaning

    /// - Parameters:
    ///   - pieces: the blocks' bytes, in order; together at least one byte, or the chunk would end the response.
    ///   - byteCount: of all of them.
    package init(joining pieces: some Sequence<[UInt8]>, byteCount: Int, meaning: Meaning = .none) {
        self.meaning = meaning
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

    package convenience init(_ bytes: [UInt8], meaning: Meaning = .none) {
        self.init(joining: CollectionOfOne(bytes), byteCount: bytes.count, meaning: meaning)
    }

    /// - Parameter byteCount: of all frames.
    convenience init(_ frames: [Frame], byteCount: Int) {
        self.init(joining: frames.lazy.map(\.bytes), byteCount: byteCount, meaning: .alarms(frames))
    }

    /// Sixteen hexadecimal digits and CRLF: more than any size that fits in memory.
    private static let headRoom = 18
}
