/// A text that is one JSON value, as it was written.
package struct JSONText: Hashable, Sendable {
    package let string: String

    /// - Throws: ``JSONError`` that says where it is no JSON.
    package init(_ string: String) throws(JSONError) {
        let bytes = Array(string.utf8)
        let result = bytes.withUnsafeBufferPointer { bytes -> Result<Void, JSONError> in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                _ = try reader.value()
                try reader.finish()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        self.string = string
    }
}
