/// RFC 8259 written down rule by rule, with no thought of speed; it shares nothing with the reader it is compared to.
struct ReferenceJSON {
    indirect enum Value {
        case object([(name: Value, value: Value)])
        case array([Value])
        /// As written, with its quotes, and what it stands for in UTF-16.
        case string(String, [UInt16])
        /// As written: a number, or one of the three literals.
        case scalar(String)
    }

    private struct Malformed: Error {}

    private let text: [Unicode.Scalar]
    private var place = 0
    private(set) var depth = 0

    /// - Returns: `nil` where the bytes are no JSON.
    static func read(_ bytes: [UInt8]) -> (value: Value, depth: Int)? {
        guard let string = String(validating: bytes, as: UTF8.self) else { return nil }
        var reader = ReferenceJSON(text: Array(string.unicodeScalars))
        guard let value = try? reader.value(at: 0) else { return nil }
        reader.space()
        return reader.place == reader.text.count ? (value, reader.depth) : nil
    }

    private init(text: [Unicode.Scalar]) {
        self.text = text
    }

    private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func take(_ wanted: (Unicode.Scalar) -> Bool) -> Unicode.Scalar? {
        guard let scalar = next, wanted(scalar) else { return nil }
        place += 1
        return scalar
    }

    private mutating func require(_ literal: String) throws {
        for wanted in literal.unicodeScalars {
            guard take({ $0 == wanted }) != nil else { throw Malformed() }
        }
    }

    private mutating func space() {
        while take({ [" ", "\t", "\n", "\r"].contains($0) }) != nil {}
    }

    private mutating func value(at level: Int) throws -> Value {
        // Deeper than anything may be; the text is short, and this calls itself.
        guard level < 2000 else { throw Malformed() }
        space()
        defer { space() }
        switch next {
        case "{": return .object(try list("{", "}", level) { reader, level in try reader.member(at: level) })
        case "[": return .array(try list("[", "]", level) { reader, level in try reader.value(at: level) })
        case "\"": return try string()
        case "t": return try literal("true")
        case "f": return try literal("false")
        case "n": return try literal("null")
        default: return try number()
        }
    }

    private mutating func literal(_ text: String) throws -> Value {
        try require(text)
        return .scalar(text)
    }

    private mutating func list<Element>(
        _ open: String, _ close: Unicode.Scalar, _ level: Int,
        _ element: (inout ReferenceJSON, Int) throws -> Element
    ) throws -> [Element] {
        try require(open)
        depth = max(depth, level + 1)
        space()
        var elements: [Element] = []
        if take({ $0 == close }) != nil { return elements }
        while true {
            elements.append(try element(&self, level + 1))
            if take({ $0 == close }) != nil { return elements }
            try require(",")
        }
    }

    private mutating func member(at level: Int) throws -> (name: Value, value: Value) {
        space()
        let name = try string()
        space()
        try require(":")
        return (name, try value(at: level))
    }

    private mutating func string() throws -> Value {
        let start = place
        try require("\"")
        var units: [UInt16] = []
        while take({ $0 == "\"" }) == nil {
            guard let scalar = take({ $0.value >= 0x20 }) else { throw Malformed() }
            if scalar == "\\" {
                units.append(try escape())
            } else {
                units += Array(String(Character(scalar)).utf16)
            }
        }
        return .string(written(since: start), units)
    }

    private mutating func escape() throws -> UInt16 {
        guard let scalar = take({ _ in true }) else { throw Malformed() }
        switch scalar {
        case "\"", "\\", "/": return UInt16(scalar.value)
        case "b": return 0x08
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "u":
            var unit: UInt16 = 0
            for _ in 0..<4 {
                guard let digit = take({ $0.properties.isASCIIHexDigit }), let value = Int(String(digit), radix: 16)
                else {
                    throw Malformed()
                }
                unit = unit << 4 | UInt16(value)
            }
            return unit
        default: throw Malformed()
        }
    }

    private mutating func number() throws -> Value {
        let start = place
        _ = take { $0 == "-" }
        if take({ $0 == "0" }) == nil { try digits() }
        if take({ $0 == "." }) != nil { try digits() }
        if take({ $0 == "e" || $0 == "E" }) != nil {
            _ = take { $0 == "+" || $0 == "-" }
            try digits()
        }
        return .scalar(written(since: start))
    }

    private mutating func digits() throws {
        let isDigit = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) }
        guard take(isDigit) != nil else { throw Malformed() }
        while take(isDigit) != nil {}
    }

    private func written(since start: Int) -> String {
        var string = ""
        string.unicodeScalars.append(contentsOf: text[start..<place])
        return string
    }
}

extension ReferenceJSON.Value {
    /// As it was written, without white space between tokens.
    var compact: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\($0.name.compact):\($0.value.compact)" }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
        case .string(let written, _): written
        case .scalar(let written): written
        }
    }

    /// Whether some string in it is no text, since it has half of a surrogate pair.
    var hasLoneSurrogate: Bool {
        switch self {
        case .object(let members): members.contains { $0.name.hasLoneSurrogate || $0.value.hasLoneSurrogate }
        case .array(let elements): elements.contains(where: \.hasLoneSurrogate)
        case .string(_, let units): String(validating: units, as: UTF16.self) == nil
        case .scalar: false
        }
    }

    var hasHugeNumber: Bool {
        switch self {
        case .object(let members): members.contains { $0.value.hasHugeNumber }
        case .array(let elements): elements.contains(where: \.hasHugeNumber)
        case .string: false
        case .scalar(let written): Double(written)?.isInfinite == true
        }
    }

    /// The value of an object's only member of that name.
    func member(_ wanted: String) -> ReferenceJSON.Value? {
        guard case .object(let members) = self else { return nil }
        let found = members.filter { member in
            guard case .string(_, let units) = member.name else { return false }
            return units == Array(wanted.utf16)
        }
        return found.count == 1 ? found[0].value : nil
    }
}
