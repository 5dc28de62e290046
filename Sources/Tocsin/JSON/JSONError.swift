/// A text that is no JSON (RFC 8259), or JSON that cannot be taken.
package struct JSONError: Error, Hashable {
    package enum Reason: Hashable {
        /// What was expected where the text goes wrong.
        case malformed(expected: String)
        /// Bytes that are no UTF-8 (RFC 3629).
        case notUTF8
        /// Half of a surrogate pair, written as an escape, where a text is needed.
        case loneSurrogate
        /// Nested deeper than ``JSONReader/maximumDepth``.
        case tooDeep
    }

    package let reason: Reason
    /// Where, in bytes from the start of the whole text.
    package let offset: Int
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .malformed(let expected): "expected \(expected) at byte \(offset)"
        case .notUTF8: "the text is not UTF-8 at byte \(offset)"
        case .loneSurrogate: "the escape at byte \(offset) is half of a surrogate pair, which is no character"
        case .tooDeep: "nested deeper than \(JSONReader.maximumDepth) at byte \(offset)"
        }
    }
}
