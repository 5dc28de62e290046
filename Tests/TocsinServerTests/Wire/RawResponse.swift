import Foundation

/// A response, read strictly: its framing is checked with every use.
struct RawResponse: Sendable {
    let version: String
    let status: Int
    let fields: [(name: String, value: String)]
    private(set) var body: [UInt8] = []
    /// Bytes of each chunk; `nil` where the body is not chunked.
    private(set) var chunks: [Int]?

    struct Malformed: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// The values of a field; the case of its name does not matter.
    func values(of name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(body))
    }

    /// - Returns: the response and how many bytes it took; `nil` while it is not whole.
    static func parse(
        _ bytes: [UInt8], to method: String, ending: Receiver.Ending?
    ) throws -> (response: RawResponse, length: Int)? {
        guard let (head, start) = try head(bytes) else {
            if let ending { throw Malformed("\(ending) after \(String(decoding: bytes, as: UTF8.self))") }
            return nil
        }
        var response = head
        if method == "HEAD" || head.status < 200 || [204, 304].contains(head.status) { return (response, start) }
        let length = head.values(of: "Content-Length")
        if head.values(of: "Transfer-Encoding") == ["chunked"] {
            guard length.isEmpty else { throw Malformed("a chunked response with a length") }
            var decoder = ChunkDecoder()
            let used = try decoder.decode(bytes[start...])
            guard decoder.isOver else { return try incomplete(ending) }
            response.body = decoder.body
            response.chunks = decoder.chunks
            return (response, start + used)
        }
        guard let text = length.first else {
            guard ending != nil else { return nil }
            response.body = Array(bytes[start...])
            return (response, bytes.count)
        }
        guard length.count == 1, let count = Int(text) else { throw Malformed("the lengths \(length)") }
        guard bytes.count - start >= count else { return try incomplete(ending) }
        response.body = Array(bytes[start..<(start + count)])
        return (response, start + count)
    }

    private static func incomplete(_ ending: Receiver.Ending?) throws -> (response: RawResponse, length: Int)? {
        if let ending { throw Malformed("\(ending) in the middle of a body") }
        return nil
    }

    /// - Returns: a response without body, and where the body starts; `nil` while the head is not whole.
    static func head(_ bytes: [UInt8]) throws -> (response: RawResponse, bodyStart: Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= end.count,
            let index = (0...(bytes.count - end.count)).first(where: { bytes[$0..<($0 + end.count)].elementsEqual(end) }
            )
        else { return nil }
        let lines = String(decoding: bytes[..<index], as: UTF8.self).components(separatedBy: "\r\n")
        let line = lines[0].split(separator: " ", maxSplits: 2)
        guard line.count >= 2, let status = Int(line[1]) else { throw Malformed("the status line \(lines[0])") }
        let fields = try lines.dropFirst().map { line in
            guard let colon = line.firstIndex(of: ":"), !line.contains("\r"), !line.contains("\n") else {
                throw Malformed("the field \(line)")
            }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return (RawResponse(version: String(line[0]), status: status, fields: fields), index + end.count)
    }

    private init(version: String, status: Int, fields: [(name: String, value: String)]) {
        self.version = version
        self.status = status
        self.fields = fields
    }
}
