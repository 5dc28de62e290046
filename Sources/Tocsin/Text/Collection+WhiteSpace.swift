extension Collection<UInt8> {
    /// The bytes without the optional white space of RFC 9110 5.6.3 at both ends: spaces and tabs.
    @inlinable package var trimmingWhiteSpace: SubSequence {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let rest = drop(while: isSpace)
        var end = rest.startIndex
        for index in rest.indices where !isSpace(rest[index]) {
            end = rest.index(after: index)
        }
        return rest[..<end]
    }
}
