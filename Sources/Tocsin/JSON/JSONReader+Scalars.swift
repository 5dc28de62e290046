extension JSONReader {
    /// Reads `true`, `false` or `null`.
    ///
    /// - Returns: `nil` for `null`.
    @discardableResult
    package mutating func literal() throws(JSONError) -> Bool? {
        switch current {
        case UInt8(ascii: "t"):
            try word("true")
            return true
        case UInt8(ascii: "f"):
            try word("false")
            return false
        default:
            try word("null")
            return nil
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard length <= end - position else { throw malformed("\(word)") }
        for place in 0..<length where bytes[position + place] != word.utf8Start[place] {
            throw malformed("\(word)")
        }
        position += length
    }

    /// A number that was read over.
    package struct NumberToken {
        package let range: Range<Int>
        /// Whether it has neither a fraction nor an exponent.
        package let isPlain: Bool
    }

    /// Reads over a number (RFC 8259 6).
    package mutating func number() throws(JSONError) -> NumberToken {
        let start = position
        var isPlain = true
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
            if let next = current, Self.isDigit(next) { throw malformed("no digit after a leading zero") }
        } else {
            try digits()
        }
        if current == UInt8(ascii: ".") {
            isPlain = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isPlain = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return NumberToken(range: start..<position, isPlain: isPlain)
    }

    /// The value of a plain number; `nil` for any other, or where it does not fit into 64 bits.
    package func integer(_ number: NumberToken) -> Int? {
        guard number.isPlain else { return nil }
        return Int(String(decoding: bytes[number.range], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        guard let first = current, Self.isDigit(first) else { throw malformed("a digit") }
        while position < end, Self.isDigit(bytes[position]) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9")
    }
}
