extension JSONReader {
    /// A string that was read over.
    struct StringToken {
        /// Between the quotes.
        let range: Range<Int>
        /// How many bytes of UTF-8 it is once its escapes are resolved.
        let length: Int
        /// Where the first escape is that is half of a surrogate pair.
        let loneSurrogate: Int?

        /// Every escape is longer than what it stands for.
        var hasEscapes: Bool { length != range.count }
    }

    /// Reads over the string whose quote is next.
    mutating func string() throws(JSONError) -> StringToken {
        let start = position + 1
        var length = 0
        var loneSurrogate: Int?
        position = start
        while true {
            let plain = position
            skipPlainASCII()
            length += position - plain
            guard let byte = current else { throw malformed("the closing quote of a string", at: end) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return StringToken(range: start..<position - 1, length: length, loneSurrogate: loneSurrogate)
            case UInt8(ascii: "\\"):
                let escape = position
                let scalar = try self.escape()
                if scalar == nil { loneSurrogate = loneSurrogate ?? escape }
                length += scalar.map(UTF8.width) ?? 3
            case 0x80...:
                let size = try multibyteScalar()
                position += size
                length += size
            default:
                throw malformed("an escape instead of a control character")
            }
        }
    }

    /// The characters of a string.
    ///
    /// - Throws: ``JSONError/Reason/loneSurrogate``.
    func text(of string: StringToken) throws(JSONError) -> String {
        if let offset = string.loneSurrogate { throw JSONError(reason: .loneSurrogate, offset: offset) }
        guard string.hasEscapes else {
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[string.range]), as: UTF8.self)
        }
        return String(unsafeUninitializedCapacity: string.length) { target in
            var reader = JSONReader(bytes, in: string.range)
            var count = 0
            while let byte = reader.current {
                // It was read over before without an error, and ends within the capacity.
                if byte == UInt8(ascii: "\\"), let scalar = (try? reader.escape()) ?? nil {
                    for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                        target[count] = unit
                        count += 1
                    }
                } else {
                    target[count] = byte
                    count += 1
                    reader.position += 1
                }
            }
            return count
        }
    }

    /// Skips what stands for itself and is ASCII, eight bytes at a time.
    @inline(__always)
    private mutating func skipPlainASCII() {
        let raw = UnsafeRawBufferPointer(bytes)
        while end - position >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let special = Self.specialBytes(of: word)
            if special != 0 {
                position += special.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < end, Self.isPlainASCII(bytes[position]) { position += 1 }
    }

    private static func isPlainASCII(_ byte: UInt8) -> Bool {
        0x20 <= byte && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// The top bit of each byte that is a quote, a backslash, a control character or not ASCII.
    ///
    /// A borrow can only make a byte above such a one look like one, so that the lowest is always right.
    @inline(__always)
    private static func specialBytes(of word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found = (quotes &- ones) | (backslashes &- ones) | (word &- (ones &* 0x20)) | word
        // `found` is right for ASCII; the top bit of any other byte is set in `word` itself.
        return found & (ones &* 0x80)
    }

    /// Reads an escape (RFC 8259 7), a surrogate pair as one.
    ///
    /// - Returns: `nil` for half of a pair.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar? {
        let start = position
        position += 1
        guard let letter = current else { throw malformed("an escape") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw malformed("an escape", at: start)
        }
        guard let unit = fourHexadecimalDigits(at: position) else { throw malformed("four hexadecimal digits") }
        position += 4
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
        guard end - position >= 6, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u"),
            let trail = fourHexadecimalDigits(at: position + 2), UTF16.isTrailSurrogate(trail)
        else { return nil }
        position += 6
        return Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(trail & 0x3FF))
    }

    private func fourHexadecimalDigits(at offset: Int) -> UInt16? {
        guard end - offset >= 4 else { return nil }
        var value: UInt16 = 0
        for place in offset..<offset + 4 {
            guard let digit = bytes[place].hexadecimalValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The size of the scalar here, two bytes at least (RFC 3629 4: none overlong, no surrogate, none beyond U+10FFFF).
    @inline(__always)
    private func multibyteScalar() throws(JSONError) -> Int {
        let lead = bytes[position]
        let size: Int
        let second: ClosedRange<UInt8>
        switch lead {
        case 0xC2...0xDF: (size, second) = (2, 0x80...0xBF)
        case 0xE0: (size, second) = (3, 0xA0...0xBF)
        case 0xED: (size, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (size, second) = (3, 0x80...0xBF)
        case 0xF0: (size, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (size, second) = (4, 0x80...0xBF)
        case 0xF4: (size, second) = (4, 0x80...0x8F)
        default: throw JSONError(reason: .notUTF8, offset: position)
        }
        guard end - position >= size, second.contains(bytes[position + 1]),
            size < 3 || bytes[position + 2] & 0xC0 == 0x80, size < 4 || bytes[position + 3] & 0xC0 == 0x80
        else { throw JSONError(reason: .notUTF8, offset: position) }
        return size
    }
}

extension UInt8 {
    /// What it is as a hexadecimal digit in ASCII; `nil` if it is none.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
