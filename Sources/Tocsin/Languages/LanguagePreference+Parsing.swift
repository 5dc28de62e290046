extension LanguagePreference {
    /// The parts between the commas of as much of a text as counts.
    struct Parts<Bytes: Collection<UInt8>>: IteratorProtocol {
        private var rest: Bytes.SubSequence?
        private var isCutOff: Bool

        init(_ bytes: Bytes) {
            let counted = bytes.prefix(LanguagePreference.maximumLength)
            isCutOff = counted.endIndex != bytes.endIndex && bytes[counted.endIndex] != UInt8(ascii: ",")
            rest = counted
        }

        mutating func next() -> Bytes.SubSequence? {
            guard let current = rest else { return nil }
            guard let comma = current.firstIndex(of: UInt8(ascii: ",")) else {
                rest = nil
                return isCutOff ? nil : current
            }
            rest = current[current.index(after: comma)...]
            return current[..<comma]
        }
    }

    /// Reads `range` or `range;q=0.8`, with spaces and tabs around either.
    ///
    /// - Returns: the range and its quality in thousandths, or `nil` where the part is malformed.
    static func weightedRange(_ part: some Collection<UInt8>) -> (range: LanguageRange, quality: Int)? {
        let pieces = part.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = pieces.first, let range = range(first.trimmingWhiteSpace) else { return nil }
        guard pieces.count == 2 else { return (range, 1000) }
        guard let quality = quality(pieces[1].trimmingWhiteSpace) else { return nil }
        return (range, quality)
    }

    private static func range(_ bytes: some Collection<UInt8>) -> LanguageRange? {
        if bytes.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) { return .any }
        guard bytes.count <= LanguageTag.maximumLength else { return nil }
        return LanguageTag(String(decoding: bytes, as: UTF8.self).lowercased()).map(LanguageRange.tag)
    }

    /// Reads a weight (RFC 9110 12.4.2): `q=`, then 0 or 1 with at most three decimals, at most 1 in all.
    ///
    /// - Returns: thousandths.
    private static func quality(_ weight: some Collection<UInt8>) -> Int? {
        var bytes = weight.makeIterator()
        guard bytes.next().map({ $0 | 0x20 }) == UInt8(ascii: "q"), bytes.next() == UInt8(ascii: "=") else {
            return nil
        }
        guard let whole = bytes.next(), whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1") else { return nil }
        var quality = whole == UInt8(ascii: "1") ? 1000 : 0
        guard let point = bytes.next() else { return quality }
        guard point == UInt8(ascii: ".") else { return nil }
        var value = 100
        while let digit = bytes.next() {
            guard digit.isASCIIDigit, value > 0 else { return nil }
            quality += Int(digit - UInt8(ascii: "0")) * value
            value /= 10
        }
        return quality <= 1000 ? quality : nil
    }
}
