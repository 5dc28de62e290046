/// Reads JSON (RFC 8259) from bytes, token by token, and refuses everything else.
///
/// It exists since alarms are sent as they were published: order of members, digits of numbers and escapes stay, which
/// no reader that makes values keeps. Bytes that are not UTF-8, a byte order mark, and nesting deeper than
/// ``maximumDepth`` are errors; nothing recurses. The bytes must outlive the reader.
package struct JSONReader {
    /// How deep arrays and objects may lie in each other.
    package static let maximumDepth = 64

    /// What the next value is.
    package enum Kind: Hashable {
        case object, array, string, number, boolean, null
    }

    package let bytes: UnsafeBufferPointer<UInt8>
    /// Where the text ends; nothing is read from there on.
    let end: Int
    /// The next byte to read.
    var position: Int
    private var depth = 0
    /// A bit for each level, the outermost lowest: set for an object, clear for an array.
    private var objects: UInt64 = 0
    /// Whether the innermost array or object has no elements yet.
    private var isFirst = false
    /// How much white space between tokens has been skipped.
    private var skipped = 0

    /// - Parameters:
    ///   - bytes: the whole of what was received; offsets of errors count from its start.
    ///   - range: the part that is one JSON text.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(bytes, in: 0..<bytes.count)
    }

    /// The next byte, `nil` at the end.
    var current: UInt8? {
        @inline(__always) get { position < end ? bytes[position] : nil }
    }

    func malformed(_ expected: String, at offset: Int? = nil) -> JSONError {
        JSONError(reason: .malformed(expected: expected), offset: offset ?? position)
    }

    @inline(__always)
    mutating func skipSpace() {
        let start = position
        while position < end, Self.isSpace(bytes[position]) { position += 1 }
        skipped += position - start
    }

    /// Space, tab, LF or CR (RFC 8259 2).
    @inline(__always)
    package static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// What the next value is, by its first byte.
    package mutating func nextKind() throws(JSONError) -> Kind {
        skipSpace()
        guard let byte = current else { throw malformed("a value") }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case 0xEF where position == 0: throw malformed("a value, not a byte order mark,")
        default: throw malformed("a value")
        }
    }

    /// Makes sure that nothing but white space is left.
    package mutating func finish() throws(JSONError) {
        skipSpace()
        guard position == end else { throw malformed("the end of the text") }
    }
}

// MARK: - Arrays and objects

extension JSONReader {
    /// Enters the array or object whose bracket is next; ``nextElement()`` or ``nextMember()`` follow until they end it.
    package mutating func enter() throws(JSONError) {
        guard depth < Self.maximumDepth else { throw JSONError(reason: .tooDeep, offset: position) }
        if bytes[position] == UInt8(ascii: "{") {
            objects |= 1 << depth
        } else {
            objects &= ~(1 << depth)
        }
        depth += 1
        isFirst = true
        position += 1
    }

    private mutating func leave() {
        depth -= 1
        isFirst = false
        position += 1
    }

    /// Goes to the next element of the array that was entered.
    ///
    /// - Returns: `false` when the array is over; it has been left then.
    package mutating func nextElement() throws(JSONError) -> Bool {
        skipSpace()
        if current == UInt8(ascii: "]") {
            leave()
            return false
        }
        try separate(orElse: "\",\" or \"]\"")
        return true
    }

    /// Goes to the value of the next member of the object that was entered.
    ///
    /// - Returns: the member's name; `nil` when the object is over; it has been left then.
    package mutating func nextMember() throws(JSONError) -> StringToken? {
        skipSpace()
        if current == UInt8(ascii: "}") {
            leave()
            return nil
        }
        try separate(orElse: "\",\" or \"}\"")
        guard current == UInt8(ascii: "\"") else { throw malformed("a member's name in quotes") }
        let name = try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw malformed("\":\"") }
        position += 1
        return name
    }

    private mutating func separate(orElse expected: String) throws(JSONError) {
        if isFirst {
            isFirst = false
            return
        }
        guard current == UInt8(ascii: ",") else { throw malformed(expected) }
        position += 1
        skipSpace()
    }
}

// MARK: - Values as they are

extension JSONReader {
    /// A value that was read over.
    package struct ValueToken {
        package let range: Range<Int>
        /// How many bytes of it are white space between tokens.
        package let spaces: Int
    }

    /// Reads over a value of any kind and makes sure that it is one.
    package mutating func value() throws(JSONError) -> ValueToken {
        skipSpace()
        let start = position
        let skippedBefore = skipped
        let outside = depth
        repeat {
            try scalarOrEnter()
            try leaveWhatIsOver(to: outside)
        } while depth > outside
        return ValueToken(range: start..<position, spaces: skipped - skippedBefore)
    }

    private mutating func scalarOrEnter() throws(JSONError) {
        switch try nextKind() {
        case .object, .array: try enter()
        case .string: _ = try string()
        case .number: _ = try number()
        case .boolean, .null: try literal()
        }
    }

    /// Goes to the next value inside the level `outside`, over what ends before it.
    private mutating func leaveWhatIsOver(to outside: Int) throws(JSONError) {
        while depth > outside {
            if objects & (1 << (depth - 1)) != 0 {
                if try nextMember() != nil { return }
            } else {
                if try nextElement() { return }
            }
        }
    }

    /// The text of a value without the white space between its tokens.
    package func compactText(of value: ValueToken) -> String {
        let source = UnsafeBufferPointer(rebasing: bytes[value.range])
        guard value.spaces > 0 else { return String(decoding: source, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: source.count - value.spaces) { target in
            var count = 0
            var isInString = false
            var isEscaped = false
            for byte in source {
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else if Self.isSpace(byte) {
                    continue
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                }
                target[count] = byte
                count += 1
            }
            return count
        }
    }
}
