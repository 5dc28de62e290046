import Tocsin

/// The parameters of a query, `name=value` joined by `&`, in their order.
///
/// `+` is a space. Which names there are, and whether one can be given twice, is for the reader to say.
package struct QueryParameters: Hashable, Sendable {
    private struct Parameter: Hashable, Sendable {
        var name: String
        var value: String
    }

    private var parameters: [Parameter] = []

    init() {}

    /// - Parameter text: what follows the `?`; a parameter without `=` has an empty value.
    /// - Throws: a ``Problem`` with status 400 for an escape that is none or is not UTF-8.
    init(_ text: ArraySlice<UInt8>) throws(Problem) {
        for part in text.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = String(percentDecoding: part[..<equals], plusIsSpace: true),
                let value = String(percentDecoding: part[equals...].dropFirst(), plusIsSpace: true)
            else {
                throw .badQuery("there is a % without two hexadecimal digits, or an escape that is not UTF-8,")
            }
            parameters.append(Parameter(name: name, value: value))
        }
    }

    /// All values of a parameter, in their order.
    package func values(of name: String) -> [String] {
        parameters.filter { $0.name == name }.map(\.value)
    }

    /// The value of a parameter that is given at most once; `nil` where it is not given.
    ///
    /// - Throws: a ``Problem`` with status 400 where it is given twice.
    package func value(of name: String) throws(Problem) -> String? {
        let values = values(of: name)
        guard values.count <= 1 else {
            throw .badParameter(name, "this is given more than once; leave all but one out")
        }
        return values.first
    }
}

extension String {
    /// Decodes percent-encoded text (RFC 3986 2.1).
    ///
    /// - Returns: `nil` where a `%` is not followed by two hexadecimal digits, or what is decoded is not UTF-8.
    init?(percentDecoding text: ArraySlice<UInt8>, plusIsSpace: Bool) {
        let plus = plusIsSpace ? UInt8(ascii: "+") : UInt8(ascii: "%")
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == plus }) else {
            self.init(validating: text, as: UTF8.self)
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexadecimalValue, let low = rest.next()?.hexadecimalValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}
