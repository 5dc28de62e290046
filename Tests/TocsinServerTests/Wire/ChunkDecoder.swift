/// Decodes a chunked body (RFC 9112 7.1) as its bytes come, and refuses what is not exactly one.
struct ChunkDecoder: Sendable {
    private enum State {
        case size([UInt8])
        case data(left: Int)
        /// The bytes that must follow: a chunk's end, or the end of everything.
        case mark(ArraySlice<UInt8>, isLast: Bool)
        case over
    }

    private var state = State.size([])
    /// What has been decoded and not been taken.
    var body: [UInt8] = []
    /// Bytes of each chunk.
    private(set) var chunks: [Int] = []

    var isOver: Bool {
        if case .over = state { true } else { false }
    }

    /// - Returns: how many of the bytes belong to the body.
    mutating func decode(_ bytes: ArraySlice<UInt8>) throws -> Int {
        var rest = bytes
        while !rest.isEmpty, !isOver {
            try step(&rest)
        }
        return bytes.count - rest.count
    }

    private mutating func step(_ rest: inout ArraySlice<UInt8>) throws {
        switch state {
        case .size(var digits):
            let byte = rest.removeFirst()
            guard byte == UInt8(ascii: "\n") else {
                digits.append(byte)
                guard digits.count <= 18 else { throw RawResponse.Malformed("a chunk's size of \(digits)") }
                state = .size(digits)
                return
            }
            guard digits.popLast() == UInt8(ascii: "\r"),
                let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw RawResponse.Malformed("a chunk's size of \(digits)") }
            chunks.append(size)
            state = size > 0 ? .data(left: size) : .mark(Self.lineEnd, isLast: true)
        case .data(let left):
            let part = rest.prefix(left)
            body += part
            rest = rest.dropFirst(part.count)
            state = part.count < left ? .data(left: left - part.count) : .mark(Self.lineEnd, isLast: false)
        case .mark(let expected, let isLast):
            guard rest.removeFirst() == expected.first else { throw RawResponse.Malformed("a chunk's end") }
            if expected.count > 1 {
                state = .mark(expected.dropFirst(), isLast: isLast)
            } else if isLast {
                chunks.removeLast()
                state = .over
            } else {
                state = .size([])
            }
        case .over:
            break
        }
    }

    private static let lineEnd = ArraySlice("\r\n".utf8)
}
