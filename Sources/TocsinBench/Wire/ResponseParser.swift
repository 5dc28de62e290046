/// Reads HTTP/1.1 responses that come in pieces: their status, where their bodies are, and where they end.
///
/// It is for a client that trusts its server: it looks at nothing that it does not need to find the end of a body.
struct ResponseParser {
    enum Part {
        case head(status: Int)
        /// A piece of the body, without the framing of chunks.
        case body(UnsafeRawBufferPointer)
        case end
    }

    private enum State {
        case statusLine
        case fields
        case body(left: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
    }

    private enum Framing {
        case untilClose
        case length(Int)
        case chunked
    }

    private var state = State.statusLine
    private var lines = LineSplitter()
    private var framing = Framing.untilClose
    private var status = 0

    /// - Throws: ``LoadError`` where these are no HTTP/1.1 responses.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, _ receive: (Part) -> Void) throws(LoadError) {
        var bytes = bytes
        while !bytes.isEmpty {
            switch state {
            case .statusLine:
                guard let status = lines.next(in: &bytes, Self.status) else { return }
                guard let status else { throw LoadError("what the server answers is not HTTP/1.1") }
                self.status = status
                framing = status == 204 ? .length(0) : .untilClose
                state = .fields
            case .fields:
                guard let field = lines.next(in: &bytes, Self.field) else { return }
                switch field {
                case .framing(let framing): self.framing = framing
                case .other: break
                case .none: beginBody(receive)
                }
            case .body(let left):
                let piece = take(left, of: &bytes)
                receive(.body(piece))
                state = .body(left: left - piece.count)
                if left == piece.count { end(receive) }
            case .bodyUntilClose:
                receive(.body(take(bytes.count, of: &bytes)))
            case .chunkSize:
                guard let size = lines.next(in: &bytes, Self.chunkSize) else { return }
                guard let size else { throw LoadError("the server sends a chunk without a size") }
                state = size == 0 ? .trailers : .chunk(left: size)
            case .chunk(let left):
                let piece = take(left, of: &bytes)
                receive(.body(piece))
                state = left == piece.count ? .chunkEnd : .chunk(left: left - piece.count)
            case .chunkEnd:
                guard lines.next(in: &bytes, \.isEmpty) != nil else { return }
                state = .chunkSize
            case .trailers:
                guard let isEnd = lines.next(in: &bytes, \.isEmpty) else { return }
                if isEnd { end(receive) }
            }
        }
    }

    private mutating func beginBody(_ receive: (Part) -> Void) {
        receive(.head(status: status))
        switch framing {
        case .untilClose: state = .bodyUntilClose
        case .chunked: state = .chunkSize
        case .length(0): end(receive)
        case .length(let count): state = .body(left: count)
        }
    }

    private mutating func end(_ receive: (Part) -> Void) {
        state = .statusLine
        receive(.end)
    }

    private func take(_ count: Int, of bytes: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
        bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
        return piece
    }

    // MARK: - Lines

    private enum Field {
        case framing(Framing)
        case other
        case none
    }

    private static func status(_ line: UnsafeRawBufferPointer) -> Int? {
        guard line.begins(with: "http/1.1 ") else { return nil }
        var index = 9
        return line.number(at: &index).map { Int($0) }
    }

    private static func field(_ line: UnsafeRawBufferPointer) -> Field {
        if line.isEmpty { return .none }
        if line.begins(with: "content-length:") {
            var index = 15
            while index < line.count, line[index] == 0x20 { index += 1 }
            return line.number(at: &index).map { .framing(.length(Int($0))) } ?? .other
        }
        return line.begins(with: "transfer-encoding: chunked") ? .framing(.chunked) : .other
    }

    private static func chunkSize(_ line: UnsafeRawBufferPointer) -> Int? {
        var size = 0
        var digits = 0
        for byte in line {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, digits < 8 else { break }
            size = size << 4 | digit
            digits += 1
        }
        return digits > 0 ? size : nil
    }
}
