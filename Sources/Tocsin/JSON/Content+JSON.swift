extension JSONReader {
    /// Reads what an alarm says: a string as a text, anything else as it was published.
    package mutating func content() throws(JSONError) -> Content {
        if try nextKind() == .string {
            return .text(try text(of: try string()))
        }
        return .json(compactText(of: try value()))
    }
}

extension Content {
    /// Reads a text that is one JSON value.
    ///
    /// - Throws: ``JSONError`` that says where it is no JSON.
    package init(json text: some Collection<UInt8>) throws(JSONError) {
        let result = Array(text).withUnsafeBufferPointer { bytes in
            Result { () throws(JSONError) in
                var reader = JSONReader(bytes)
                let content = try reader.content()
                try reader.finish()
                return content
            }
        }
        self = try result.get()
    }
}
