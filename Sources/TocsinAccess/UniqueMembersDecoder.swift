import Tocsin

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads the JSON of a token, and none in which an object names a member twice: which counts would be for each reader to say
/// (RFC 7519 4).
enum UniqueMembersDecoder {
    static func decode<Value: Decodable>(_ type: Value.Type, from json: Data) throws -> Value {
        try Array(json).withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes)
            try check(&reader)
            try reader.finish()
        }
        return try JSONDecoder().decode(type, from: json)
    }

    /// - Throws: ``TokenFault/malformed`` or `JSONError`, which also bounds how deep it can be nested.
    private static func check(_ reader: inout JSONReader) throws {
        switch try reader.nextKind() {
        case .object:
            try reader.enter()
            var names: Set<String> = []
            while let name = try reader.nextMember() {
                guard names.insert(try reader.text(of: name)).inserted else { throw TokenFault.malformed }
                try check(&reader)
            }
        case .array:
            try reader.enter()
            while try reader.nextElement() { try check(&reader) }
        default:
            _ = try reader.value()
        }
    }
}
