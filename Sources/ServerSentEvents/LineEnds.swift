#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension UInt8 {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A
}

/// Finds the ends of the lines in some bytes: CR, LF or CRLF (WHATWG HTML 9.2.5).
struct LineEnds {
    private let bytes: UnsafeRawBufferPointer
    /// Where the next LF is, or the end of the bytes. It is kept from line to line: bytes with a CR after each line would
    /// otherwise be searched to their end again for each.
    private var lineFeed = -1

    init(in bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Where the line that starts at `start` ends, at a CR or LF; `nil` if neither comes.
    ///
    /// - Parameter start: at most the number of bytes, and no less than in the last call.
    mutating func next(from start: Int) -> Int? {
        if lineFeed < start {
            lineFeed = bytes.firstIndex(of: .lineFeed, in: start..<bytes.count) ?? bytes.count
        }
        if let carriageReturn = bytes.firstIndex(of: .carriageReturn, in: start..<lineFeed) {
            return carriageReturn
        }
        return lineFeed < bytes.count ? lineFeed : nil
    }

    /// Where the next line starts after one that ended at `end`; CRLF is one end of a line.
    func lineStart(after end: Int) -> Int {
        let next = end + 1
        return bytes[end] == .carriageReturn && next < bytes.count && bytes[next] == .lineFeed ? next + 1 : next
    }
}

extension UnsafeRawBufferPointer {
    /// The C library compares many bytes at once: with a loop here, the whole parser took 1.7 times as long when measured.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        guard !range.isEmpty, let baseAddress else { return nil }
        guard let found = memchr(baseAddress + range.lowerBound, Int32(byte), range.count) else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }
}
