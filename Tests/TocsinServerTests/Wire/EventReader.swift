import NIOCore

/// Reads an open stream: first the head of the response, then event after event.
///
/// It knows of the format only what the server uses, so that it shares nothing with what it checks.
final class EventReader: Sendable {
    struct Event: Hashable, Sendable {
        var name: String?
        var data: String?
        var id: String?
        var retry: Int?
        /// The whole block, without the blank line at its end.
        var text = ""
    }

    private struct State: Sendable {
        var decoder: ChunkDecoder?
        var pending: [UInt8] = []
        var events: [Event] = []
        var comments = 0
        var ending: Receiver.Ending?
    }

    let connection: RawConnection
    let head: RawResponse
    private let state: Taken<State>

    /// Sends a request for a stream and waits for the head of its answer.
    convenience init(
        to server: some ListeningServer, _ target: String, fields: [String] = [], version: String = "HTTP/1.1",
        receiveBuffer: Int32? = nil
    ) async throws {
        let connection = try await RawConnection(to: server.port, receiveBuffer: receiveBuffer)
        try await connection.send(RawRequest("GET", target, version: version, fields: fields).bytes)
        try await self.init(on: connection)
    }

    /// Waits for the head of a stream that was asked for.
    init(on connection: RawConnection) async throws {
        let taken = Taken<RawResponse?>(nil)
        try await connection.wait(for: "the head of a stream") { bytes, ending in
            guard let (head, start) = try RawResponse.head(bytes) else {
                if let ending { throw RawResponse.Malformed("\(ending) without a head: \(bytes)") }
                return false
            }
            guard head.status == 200, head.values(of: "Content-Length").isEmpty else {
                throw RawResponse.Malformed("\(head.status), no stream: \(String(decoding: bytes, as: UTF8.self))")
            }
            taken.value = head
            bytes.removeFirst(start)
            return true
        }
        guard let head = taken.value else { throw RawResponse.Malformed("no head") }
        self.connection = connection
        self.head = head
        let isChunked = head.values(of: "Transfer-Encoding") == ["chunked"]
        state = Taken(State(decoder: isChunked ? ChunkDecoder() : nil))
    }

    /// The next events, as many as asked for.
    func events(_ count: Int) async throws -> [Event] {
        let state = state
        try await connection.wait(for: "\(count) events") { bytes, ending in
            try state.change { state in
                try Self.read(&bytes, into: &state, ending: ending)
                guard state.events.count < count else { return true }
                if let ending {
                    throw RawResponse.Malformed("\(ending) after \(state.events.count) of \(count) events")
                }
                return false
            }
        }
        return state.change { state in
            defer { state.events.removeFirst(count) }
            return Array(state.events.prefix(count))
        }
    }

    /// The next event.
    func event() async throws -> Event {
        try await events(1)[0]
    }

    /// Waits for the proper end of the response and of the connection.
    ///
    /// - Returns: the events that came before.
    func toEnd() async throws -> [Event] {
        let state = state
        try await connection.wait(for: "the stream's end") { bytes, ending in
            try state.change { state in
                try Self.read(&bytes, into: &state, ending: ending)
                guard let ending else { return false }
                guard ending == .finished else { throw RawResponse.Malformed("the stream was reset") }
                guard state.decoder?.isOver ?? true else { throw RawResponse.Malformed("there is no last chunk") }
                guard state.pending.isEmpty else { throw RawResponse.Malformed("half an event at the end") }
                return true
            }
        }
        return state.change { state in
            defer { state.events = [] }
            return state.events
        }
    }

    private static func read(_ bytes: inout [UInt8], into state: inout State, ending: Receiver.Ending?) throws {
        if var decoder = state.decoder {
            guard try decoder.decode(bytes[...]) == bytes.count else {
                throw RawResponse.Malformed("bytes after the end")
            }
            state.pending += decoder.body
            decoder.body = []
            state.decoder = decoder
        } else {
            state.pending += bytes
        }
        bytes = []
        try takeBlocks(&state)
    }

    private static func takeBlocks(_ state: inout State) throws {
        var start = 0
        var index = 0
        let pending = state.pending
        while index + 1 < pending.count {
            if pending[index] == UInt8(ascii: ":"), index == start, pending[index + 1] == UInt8(ascii: "\n") {
                state.comments += 1
                start = index + 2
                index = start
            } else if pending[index] == UInt8(ascii: "\n"), pending[index + 1] == UInt8(ascii: "\n") {
                state.events.append(try event(String(decoding: pending[start..<index], as: UTF8.self)))
                start = index + 2
                index = start
            } else {
                index += 1
            }
        }
        state.pending = Array(pending[start...])
    }

    private static func event(_ block: String) throws -> Event {
        var event = Event(text: block)
        for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = String(line[colon...].dropFirst().trimmingPrefix(" "))
            switch line[..<colon] {
            case "event": event.name = value
            case "data": event.data = event.data.map { $0 + "\n" + value } ?? value
            case "id": event.id = value
            case "retry": event.retry = Int(value)
            default: throw RawResponse.Malformed("the line \(line)")
            }
        }
        return event
    }
}
