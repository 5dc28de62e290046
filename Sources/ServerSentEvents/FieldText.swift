/// The text of a field that has one line: no CR and no LF, compared and hashed byte by byte.
///
/// A browser compares event types and ids code unit by code unit. `String` would compare by canonical equivalence, and take
/// two different ids for one.
struct FieldText: Sendable {
    let string: String

    /// - Throws: ``InvalidEventField`` when the text holds CR or LF.
    init(_ string: String) throws(InvalidEventField) {
        guard !string.utf8.contains(where: { $0 == .carriageReturn || $0 == .lineFeed }) else {
            throw InvalidEventField(code: .lineBreak, message: "the value of this field holds no CR or LF")
        }
        self.init(unchecked: string)
    }

    init(unchecked string: String) {
        // A bridged string has no contiguous bytes, and would be copied at every comparison.
        var string = string
        string.makeContiguousUTF8()
        self.string = string
    }
}

extension FieldText: Hashable {
    static func == (left: FieldText, right: FieldText) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // Two texts hashed one after another must not run together.
        hasher.combine(0xFF as UInt8)
    }
}
