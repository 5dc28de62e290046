extension ConfigurationFile {
    /// Reads the file at a path.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be read, or is not what a configuration file is.
    init(path: String) throws(CommandFailure) {
        let name = String(path.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? "?" : $0 })
        let content = try Self.bytes(at: path, name: name)
        guard let text = String(validating: content, as: UTF8.self) else {
            let end = content.firstNonUTF8 ?? content.endIndex
            let line = content[..<end].count { $0 == UInt8(ascii: "\n") } + 1
            throw CommandFailure("\(name):\(line): not UTF-8; convert the file, for example with iconv")
        }
        try self.init(text, name: name)
    }

    private static func bytes(at path: String, name: String) throws(CommandFailure) -> [UInt8] {
        do throws(SmallFile.Unreadable) {
            return try SmallFile.bytes(at: path)
        } catch {
            throw CommandFailure("the configuration file \(name) \(error); give another with --config or TOCSIN_CONFIG")
        }
    }
}

extension [UInt8] {
    /// Where the first byte lies that no UTF-8 has there.
    fileprivate var firstNonUTF8: Int? {
        var decoder = UTF8.ForwardParser()
        var bytes = makeIterator()
        var start = 0
        while true {
            switch decoder.parseScalar(from: &bytes) {
            case .valid(let scalar): start += scalar.count
            case .error: return start
            case .emptyInput: return nil
            }
        }
    }
}
