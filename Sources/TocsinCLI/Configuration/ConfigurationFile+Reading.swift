import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension ConfigurationFile {
    /// More than anybody writes by hand.
    static let maximumBytes = 1 << 20

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

    /// A pipe has no size that one could ask for, and a device no end.
    private static func bytes(at path: String, name: String) throws(CommandFailure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(name, errno) }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while content.count <= maximumBytes {
            let count = read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name, errno) }
            if count == 0 { return content }
            content += piece[..<count]
        }
        throw CommandFailure(
            "the configuration file \(name) has more than \(maximumBytes) bytes; is it the right one?")
    }

    private static func unreadable(_ name: String, _ code: CInt) -> CommandFailure {
        let cause = String(cString: strerror(code))
        return CommandFailure(
            "the configuration file \(name) cannot be read: \(cause.prefix(1).lowercased() + cause.dropFirst()); "
                + "give another with --config or TOCSIN_CONFIG")
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
