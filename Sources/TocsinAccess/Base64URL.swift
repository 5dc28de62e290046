#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// base64url without padding, as tokens are written in (RFC 7515 2).
enum Base64URL {
    static func encoded(_ bytes: some Collection<UInt8>) -> String {
        let digits = Data(bytes).base64EncodedString().utf8.lazy.filter { $0 != UInt8(ascii: "=") }
        let characters = digits.map { digit in
            switch digit {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: digit
            }
        }
        return String(decoding: Array(characters), as: UTF8.self)
    }

    /// - Returns: `nil` for what is not written so.
    static func decoded(_ digits: some Collection<UInt8>) -> Data? {
        // Bytes are appended to an array much faster than to data.
        var base64: [UInt8] = []
        base64.reserveCapacity(digits.count + 3)
        for digit in digits {
            switch digit {
            case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: base64.append(digit)
            }
        }
        base64.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (4 - digits.count % 4) % 4))
        return Data(base64Encoded: Data(base64))
    }
}
