import HTTPTypes
import ServerSentEvents
import SteppedClock
import Testing

@testable import EventSourceClient

/// What is left of a connection that is not needed any more.
@Suite struct EndingTests {
    @Test(
        "A loop that is dropped, wherever it stands, closes its connection, and another may begin",
        arguments: [
            (1, "connecting"), (2, "open"), (3, "an event, and another that has been read"), (4, "all events taken"),
            (5, "waiting"),
        ])
    func dropped(updates count: Int, phase: String) async throws {
        try await StreamServer.serving { server in
            let source = EventSource(server.url)
            if count == 1 {
                try await take(count, of: source)
            } else {
                let accepting = Task {
                    let connection = try await server.stream("data: a\n\ndata: b\n\n").connection
                    if count == 5 { try await connection.close() }
                    await connection.closedByClient()
                }
                try await take(count, of: source)
                try await accepting.value
            }
            guard case .closed(because: nil) = source.state else {
                Issue.record("after \(phase) it is \(source.state)")
                return
            }
            async let accepted = server.stream("data: c\n\n")
            let event = try await source.events.first { _ in true }
            #expect(event?.data == "c")
            _ = try await accepted
        }
    }

    private func take(_ count: Int, of source: EventSource) async throws {
        var updates = source.updates.makeAsyncIterator()
        for _ in 0..<count { _ = try await updates.next() }
    }

    @Test("A refusal that does not end is the end all the same", arguments: ["404 Not Found", "200 OK"])
    func endlessRefusal(status: String) async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let answering = Task {
                let connection = try await server.connection()
                _ = try await connection.request()
                try await connection.send("HTTP/1.1 \(status)\r\nContent-Type: text/plain\r\n\r\nno")
                await clock.pass(.seconds(2))
                await connection.closedByClient()
            }
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url, clock).events {}
            }
            #expect(error?.code == (status == "200 OK" ? .badContentType : .badStatus))
            try await answering.value
        }
    }

    @Test("What came before a line that is too long is told before that")
    func tooLargeAtOnce() async throws {
        try await StreamServer.serving { server in
            async let accepted = server.stream("data: a\n\ndata: " + String(repeating: "x", count: 100))
            var events = EventSource(server.url) { $0.limits = .init(lineLength: 50) }.events.makeAsyncIterator()
            let event = try await events.next()
            #expect(event?.data == "a")
            let error = await #expect(throws: EventSourceError.self) { try await events.next() }
            #expect(error?.code == .tooLarge)
            _ = try await accepted
        }
    }

    @Test("An answer after which it tries again is not read, and its connection is closed")
    func endlessTemporaryAnswer() async throws {
        try await StreamServer.serving { server in
            let answering = Task {
                let connection = try await server.connection()
                _ = try await connection.request()
                try await connection.send("HTTP/1.1 503 Service Unavailable\r\n\r\nsoon")
                await connection.closedByClient()
            }
            var updates = EventSource(server.url) { $0.retriedStatuses = [503] }.updates.makeAsyncIterator()
            let wait = try await updates.wait()
            #expect(wait.error.status == 503)
            try await answering.value
        }
    }

    @Test("A status that is none is the end, as any but 200", arguments: ["000 x", "001 x", "099 x"])
    func noStatus(status: String) async throws {
        try await StreamServer.serving { server in
            async let answer: Void = server.connection().answer(status, body: "data: a\n\n")
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url).events {}
            }
            try? await answer
            #expect(error?.code == .badStatus)
        }
    }

    @Test("Who looks on learns that a source is gone")
    func sourceDropped() async {
        func states() -> AsyncStream<EventSource.State> { EventSource("http://127.0.0.1/").states }
        #expect(await states().reduce(into: []) { $0.append($1.description) } == ["connecting", "closed"])
    }

    @Test(
        "Another origin that it is sent to is not told who asks",
        arguments: [(true, true), (true, false), (false, true), (false, false)])
    func credentials(isOther: Bool, isMadeForAttempt: Bool) async throws {
        let fields: HTTPFields = [.authorization: "Bearer secret", .cookie: "session=secret"]
        try await StreamServer.serving { server in
            try await StreamServer.serving { other in
                let source = EventSource(server.url) {
                    if isMadeForAttempt {
                        $0.headerFieldsForAttempt = { fields }
                    } else {
                        $0.headerFields = fields
                    }
                }
                let reader = Task { for try await _ in source.events {} }
                let first = try await server.connection()
                #expect(try await first.request()["Authorization"] == ["Bearer secret"])
                let target = isOther ? other : server
                try await first.send(
                    "HTTP/1.1 307 Moved\r\nLocation: \(target.url)2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                let request = try await target.connection().request()
                #expect(request.line == "GET /stream2 HTTP/1.1")
                #expect(request["Authorization"] == (isOther ? [] : ["Bearer secret"]))
                #expect(request["Cookie"] == (isOther ? [] : ["session=secret"]))
                reader.cancel()
            }
        }
    }
}
