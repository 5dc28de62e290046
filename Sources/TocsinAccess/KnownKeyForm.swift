import Tocsin

/// What a key is by its form that is no secret: others may know it, and then could make tokens.
///
/// Random bytes, plain or in base64, practically never have one of these forms.
enum KnownKeyForm: Hashable, Sendable {
    case pem
    /// A JSON Web Key, or a set of them.
    case json
    /// Of OpenSSH, or RFC 4716.
    case ssh
    /// Binary: X.690.
    case der
    /// What is in PEM without the lines around it, or in OpenSSH without the words.
    case base64
    /// Text with a byte order mark, or a key in UTF-16.
    case otherText

    /// - Returns: `nil` where it may be a secret.
    init?(of bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        // Of UTF-16, what is in ASCII.
        let text = bytes.filter { $0 != 0 }
        switch true {
        case Self.isMarked(bytes), text.count < bytes.count && TokenKeyText.isPEM(text): self = .otherText
        case TokenKeyText.isPEM(text): self = .pem
        case Self.isJSONKey(text): self = .json
        case Self.isSSH(text): self = .ssh
        case DERElement.isKey(bytes): self = .der
        case Self.isBase64(bytes): self = .base64
        default: return nil
        }
    }

    private static func isMarked(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return String(validating: bytes, as: UTF8.self) != nil
        }
        // Two bytes alone can be random; in text of ASCII every other one is zero besides.
        let high: Int
        switch bytes.prefix(2) {
        case [0xFE, 0xFF]: high = 2
        case [0xFF, 0xFE]: high = 3
        default: return false
        }
        return bytes.count >= 10 && stride(from: high, to: 10, by: 2).allSatisfy { bytes[$0] == 0 }
    }

    private static func isJSONKey(_ text: [UInt8]) -> Bool {
        if text.contains("\"kty\"".utf8) { return true }
        return text.withUnsafeBufferPointer { text in
            do {
                var reader = JSONReader(text)
                guard try reader.nextKind() == .object else { return false }
                _ = try reader.value()
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
    }

    private static func isSSH(_ text: [UInt8]) -> Bool {
        let words = text.split(whereSeparator: isSpace)
        let kinds = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"]
        func isKind(_ word: ArraySlice<UInt8>) -> Bool { kinds.contains { word.starts(with: $0.utf8) } }
        guard let first = words.first else { return false }
        // In other files of OpenSSH the host, or options, come first.
        return isKind(first) || text.drop(while: isSpace).starts(with: "---- BEGIN".utf8)
            || zip(words, words.dropFirst()).contains { isKind($0) && $1.starts(with: "AAAA".utf8) }
    }

    private static func isBase64(_ bytes: [UInt8]) -> Bool {
        var digits = bytes.filter { !isSpace($0) }
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        let url = digits.map { digit in
            switch digit {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: digit
            }
        }
        guard let decoded = Base64URL.decoded(url) else { return false }
        return DERElement.isKey(decoded) || isSSHBlob(decoded)
    }

    /// Whether it begins with a text of four bytes' length that names a kind (RFC 4253 6.6).
    private static func isSSHBlob(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0, 0, 0]) && bytes.count > 4 && isSSH(Array(bytes[4...]))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { JSONReader.isSpace(byte) }
}

/// An element of DER (X.690 8.1).
private struct DERElement {
    let tag: UInt8
    let content: ArraySlice<UInt8>

    static let integer: UInt8 = 0x02
    static let sequence: UInt8 = 0x30

    /// Whether these bytes are one sequence whose elements fill it, and which begins as keys and certificates do: with a number
    /// or another sequence. A line end may follow.
    static func isKey(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        guard let outer = DERElement(from: &rest), outer.tag == sequence,
            rest.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }), rest.count <= 2,
            let elements = outer.elements, elements.count >= 2
        else { return false }
        switch elements[0].tag {
        case integer: return true
        case sequence: return elements[0].elements != nil
        default: return false
        }
    }

    /// Those that are within; `nil` where it is not made of elements.
    private var elements: [DERElement]? {
        var rest = content
        var elements: [DERElement] = []
        while !rest.isEmpty {
            guard let element = DERElement(from: &rest) else { return nil }
            elements.append(element)
        }
        return elements
    }

    /// Takes the first one off.
    private init?(from bytes: inout ArraySlice<UInt8>) {
        guard let tag = bytes.popFirst(), Self.tags.contains(tag), let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            // In DER in as few bytes as can be; more than three are of no key.
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), bytes.count >= count, bytes.first != 0 else { return nil }
            length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            guard length >= 0x80 else { return nil }
            bytes = bytes.dropFirst(count)
        }
        guard length <= bytes.count else { return nil }
        self.tag = tag
        content = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
    }

    /// Of what keys and certificates are made of: numbers, bits, bytes, nothing, names, sequences, and tagged ones.
    private static let tags: Set<UInt8> = [
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x30, 0x31, 0x80, 0x81, 0xA0, 0xA1, 0xA3,
    ]
}

extension KnownKeyForm {
    /// Why it is no secret.
    var reason: InvalidTokenKey.Reason {
        switch self {
        case .pem: .secretInPEM
        case .json: .secretInJSON
        case .ssh: .secretOfSSH
        case .der: .secretInDER
        case .base64: .secretInBase64
        case .otherText: .secretInOtherText
        }
    }
}
