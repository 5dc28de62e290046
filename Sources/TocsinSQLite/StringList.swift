/// Texts in one column: a JSON array of strings, which SQLite's own functions can take apart.
enum StringList {
    static func encode(_ strings: [String]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, string) in strings.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for byte in string.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(byte)
                case 0..<0x20:
                    bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")]
                    bytes += [hexDigit(byte >> 4), hexDigit(byte & 0xF)]
                default:
                    bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "]"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what ``encode(_:)`` writes.
    ///
    /// - Returns: `nil` for anything else, which a damaged file may hold.
    static func decode(_ text: String) -> [String]? {
        var bytes = text.utf8.makeIterator()
        guard bytes.next() == UInt8(ascii: "[") else { return nil }
        var strings: [String] = []
        var next = bytes.next()
        if next == UInt8(ascii: "]") { return bytes.next() == nil ? [] : nil }
        while true {
            guard next == UInt8(ascii: "\""), let string = decodeString(&bytes) else { return nil }
            strings.append(string)
            switch bytes.next() {
            case UInt8(ascii: ","): next = bytes.next()
            case UInt8(ascii: "]"): return bytes.next() == nil ? strings : nil
            default: return nil
            }
        }
    }

    /// The rest of a string after its first quotation mark.
    private static func decodeString(_ bytes: inout String.UTF8View.Iterator) -> String? {
        var decoded: [UInt8] = []
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "\""):
                return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"):
                switch bytes.next() {
                case UInt8(ascii: "\""): decoded.append(UInt8(ascii: "\""))
                case UInt8(ascii: "\\"): decoded.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "u"):
                    guard bytes.next() == UInt8(ascii: "0"), bytes.next() == UInt8(ascii: "0"),
                        let high = bytes.next().flatMap(hexValue), let low = bytes.next().flatMap(hexValue),
                        high < 2
                    else { return nil }
                    decoded.append(high << 4 | low)
                default: return nil
                }
            default:
                decoded.append(byte)
            }
        }
        return nil
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
