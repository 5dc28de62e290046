/// The name of a user, topic, client or key: 1–256 bytes of UTF-8 without control characters (Unicode Cc).
///
/// Names are compared and hashed byte by byte. `String` would compare by canonical equivalence, which no database does,
/// so that two users one byte apart could read each other's alarms.
public struct Name: Sendable {
    /// The greatest length in bytes of UTF-8.
    public static let maximumLength = 256

    public let string: String

    /// - Parameter string: the name, as it was decoded from a request.
    /// - Throws: ``InvalidName`` when it is empty, longer than 256 bytes or holds a control character.
    public init(_ string: String) throws(InvalidName) {
        // A bridged or sliced string has no contiguous bytes; comparisons below rely on them.
        var string = string
        string.makeContiguousUTF8()
        let length = string.utf8.count
        guard length > 0 else { throw InvalidName(reason: .empty) }
        guard length <= Self.maximumLength else { throw InvalidName(reason: .tooLong(bytes: length)) }
        // Unicode Cc is exactly C0, DEL and C1. Asking each scalar for its category takes thirty times as long.
        for scalar in string.unicodeScalars where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            throw InvalidName(reason: .controlCharacter(scalar))
        }
        self.string = string
    }
}

extension Name {
    /// - Throws: ``InvalidName`` for the first that is none.
    static func all(_ strings: [String]) throws(InvalidName) -> [Name] {
        var names: [Name] = []
        for string in strings { names.append(try Name(string)) }
        return names
    }
}

extension Name: Hashable {
    public static func == (left: Name, right: Name) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        let hashed: Void? = string.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if hashed == nil {
            Array(string.utf8).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        // Two names hashed one after another must not run together.
        hasher.combine(0xFF as UInt8)
    }
}

extension Name: CustomStringConvertible {
    public var description: String { string }
}

/// Why a text is no name.
public struct InvalidName: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case empty
        case tooLong(bytes: Int)
        case controlCharacter(Unicode.Scalar)
    }

    package let reason: Reason

    public var description: String {
        switch reason {
        case .empty:
            "a name has at least one character"
        case .tooLong(let bytes):
            "a name has at most \(Name.maximumLength) bytes of UTF-8, this one has \(bytes)"
        case .controlCharacter(let scalar):
            "a name holds no control characters, this one has U+\(Self.hexadecimal(scalar))"
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
