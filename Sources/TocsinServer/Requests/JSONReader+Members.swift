import Tocsin

extension JSONReader {
    /// Reads a whole text that must be an object with some of the members that are known, each once.
    ///
    /// - Parameters:
    ///   - what: it is, for messages: "a revocation".
    ///   - read: reads the value of the member with this name.
    /// - Throws: a ``Problem``.
    static func members(
        of body: [UInt8], what: String, known: [String], _ read: (String, inout JSONReader) throws -> Void
    ) throws(Problem) {
        do {
            try body.withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                guard try reader.nextKind() == .object else {
                    throw Problem.wrongType(at: .root, expected: "\(what): a JSON object")
                }
                try reader.enter()
                var seen: Set<String> = []
                while let token = try reader.nextMember() {
                    let name = try reader.text(of: token)
                    guard known.contains(name) else {
                        throw Problem.unknownField(at: JSONPointer(name), of: what, known: known)
                    }
                    guard seen.insert(name).inserted else { throw Problem.duplicateField(at: JSONPointer(name)) }
                    try read(name, &reader)
                }
                try reader.finish()
            }
        } catch let error as JSONError {
            throw Problem(error)
        } catch {
            throw error as? Problem ?? .internalError
        }
    }
}
