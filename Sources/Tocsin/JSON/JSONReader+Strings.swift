extension JSONReader {
    /// A string that was read over.
    package struct StringToken {
        /// Between the quotes.
        package let range: Range<Int>
        /// How many bytes of UTF-8 it is once its escapes are resolved, each of which is longer than what it stands for;
        /// `nil` where one is half of a surrogate pair, which stands for nothing.
        package let length: Int?
    }

    /// Reads over the string whose quote is next.
    package mutating func string() throws(JSONError) -> StringToken {
        let start = position + 1
        // A local, since the members of a struct that is passed on are read and written in memory.
        var at = start
        var length = 0
        var isText = true
        while true {
            let plain = at
            at = endOfPlainASCII(from: at)
            length += at - plain
            guard at < end else { throw malformed("the closing quote of a string", at: end) }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                position = at + 1
                return StringToken(range: start..<at, length: isText ? length : nil)
            case UInt8(ascii: "\\"):
                if let scalar = try escape(at: &at) {
                    length += UTF8.width(scalar)
                } else {
                    isText = false
                }
            case 0x80...:
                let multibyte = at
                repeat {
                    at += try sizeOfMultibyteScalar(at: at)
                } while at < end && bytes[at] >= 0x80
                length += at - multibyte
            default:
                throw malformed("an escape instead of a control character", at: at)
            }
        }
    }

    /// The characters of a string.
    ///
    /// - Throws: ``JSONError/Reason/loneSurrogate``.
    package func text(of string: StringToken) throws(JSONError) -> String {
        guard let length = string.length else {
            throw JSONError(reason: .loneSurrogate, offset: try loneSurrogate(in: string))
        }
        guard length < string.range.count else {
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[string.range]), as: UTF8.self)
        }
        return String(unsafeUninitializedCapacity: length) { target in
            var at = string.range.lowerBound
            var count = 0
            while at < string.range.upperBound {
                // It was read over before without an error, and ends within the capacity.
                if bytes[at] == UInt8(ascii: "\\"), let scalar = (try? escape(at: &at)) ?? nil {
                    for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                        target[count] = unit
                        count += 1
                    }
                } else {
                    target[count] = bytes[at]
                    count += 1
                    at += 1
                }
            }
            return count
        }
    }

    /// Where the first escape is that is half of a surrogate pair.
    private func loneSurrogate(in string: StringToken) throws(JSONError) -> Int {
        var at = string.range.lowerBound
        while at < string.range.upperBound {
            let start = at
            if bytes[at] != UInt8(ascii: "\\") {
                at += 1
            } else if try escape(at: &at) == nil {
                return start
            }
        }
        return at
    }

    /// Where what stands for itself and is ASCII ends; eight bytes are looked at at a time.
    @inline(__always)
    private func endOfPlainASCII(from start: Int) -> Int {
        var at = start
        let raw = UnsafeRawBufferPointer(bytes)
        while end - at >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let special = Self.specialBytes(of: word)
            if special != 0 { return at + special.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < end, Self.isPlainASCII(bytes[at]) { at += 1 }
        return at
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

    /// Reads the escape at `at`, and goes behind it (RFC 8259 7); a surrogate pair is one.
    ///
    /// - Returns: `nil` for half of a pair.
    private func escape(at: inout Int) throws(JSONError) -> Unicode.Scalar? {
        guard end - at >= 2 else { throw malformed("an escape", at: end) }
        let letter = bytes[at + 1]
        at += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw malformed("an escape", at: at - 2)
        }
        guard let unit = fourHexadecimalDigits(at: at) else { throw malformed("four hexadecimal digits", at: at) }
        at += 4
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
        guard end - at >= 6, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u"),
            let trail = fourHexadecimalDigits(at: at + 2), UTF16.isTrailSurrogate(trail)
        else { return nil }
        at += 6
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

    /// The size of the scalar at `at`, two bytes at least (RFC 3629 4: none overlong, no surrogate, none beyond U+10FFFF).
    @inline(__always)
    private func sizeOfMultibyteScalar(at: Int) throws(JSONError) -> Int {
        let lead = bytes[at]
        let size: Int
        let second: ClosedRange<UInt8>
        switch lead {
        case 0xE1...0xEC, 0xEE, 0xEF: (size, second) = (3, 0x80...0xBF)
        case 0xC2...0xDF: (size, second) = (2, 0x80...0xBF)
        case 0xE0: (size, second) = (3, 0xA0...0xBF)
        case 0xED: (size, second) = (3, 0x80...0x9F)
        case 0xF0: (size, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (size, second) = (4, 0x80...0xBF)
        case 0xF4: (size, second) = (4, 0x80...0x8F)
        default: throw JSONError(reason: .notUTF8, offset: at)
        }
        guard end - at >= size, second.contains(bytes[at + 1]), size < 3 || bytes[at + 2] & 0xC0 == 0x80,
            size < 4 || bytes[at + 3] & 0xC0 == 0x80
        else { throw JSONError(reason: .notUTF8, offset: at) }
        return size
    }
}
