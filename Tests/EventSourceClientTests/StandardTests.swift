import ServerSentEvents
import SteppedClock
import Testing

@testable import EventSourceClient

/// What WHATWG HTML 9.2 asks of an event source.
@Suite struct StandardTests {
    @Test("The request asks for an event stream, uncached, and names no last event id")
    func request() async throws {
        try await StreamServer.serving { server in
            var events = EventSource(server.url).events.makeAsyncIterator()
            async let accepted = server.stream("event: notice\ndata: a\ndata: b\nid: 7\n\n")
            let event = try await events.next()
            #expect(event == MessageEvent(type: try EventType("notice"), data: "a\nb", lastEventID: try EventID("7")))
            let request = try await accepted.request
            #expect(request.line == "GET /stream HTTP/1.1")
            #expect(request["Accept"] == ["text/event-stream"])
            #expect(request["Cache-Control"] == ["no-cache"])
            #expect(request["Last-Event-ID"].isEmpty)
        }
    }

    @Test("After the stream's end it reconnects when the time has passed, and says what it has")
    func reconnection() async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let source = EventSource(server.url, clock)
            async let first = server.stream("id: 1\ndata: a\n\nretry: 500\nid: 2\ndata: cut off\n")
            var updates = source.updates.makeAsyncIterator()
            let before = try await updates.event()
            #expect(before?.data == "a")
            try await first.connection.close()
            let wait = try await updates.wait()
            #expect(wait.time == .milliseconds(500))
            #expect(wait.error.code == .ended)
            #expect(wait.error.message == "\(server.url) has ended the stream")
            async let passing: Void = clock.pass(.milliseconds(500))
            // The byte order mark belongs to the stream, and the id lasts.
            async let second = server.stream("\u{FEFF}data: b\n\n")
            let event = try await updates.event()
            #expect(event == MessageEvent(data: "b", lastEventID: try EventID("1")))
            #expect(try await second.request["Last-Event-ID"] == ["1"])
            await passing
        }
    }

    @Test("An id counts without data, an empty one says that there is none, and one that no field holds is kept back")
    func ids() async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let source = EventSource(server.url, clock) {
                $0.lastEventID = (try? EventID("start")) ?? .none
                $0.reconnectionTime = .zero
            }
            let reader = Task { for try await _ in source.events {} }
            for (block, received) in [
                ("id: 한국\n\n", ["start"]), ("id\ndata:\n\n", ["한국"]),
                ("id:  x y \n\n", []), ("id: a\u{1}b\n\n", ["x y"]), ("", []),
            ] {
                let connection = try await server.connection()
                #expect(try await connection.request()["Last-Event-ID"] == received)
                try await connection.send(ServerConnection.streamHead + block)
                try await connection.close()
            }
            #expect(source.lastEventID.string == "a\u{1}b")
            reader.cancel()
        }
    }

    @Test("204 ends it, quietly and for good")
    func noContent() async throws {
        try await StreamServer.serving { server in
            async let answer: Void = server.connection().answer("204 No Content")
            let source = EventSource(server.url)
            for try await _ in source.events {}
            try await answer
            guard case .closed(because: nil) = source.state else {
                Issue.record("it is \(source.state)")
                return
            }
        }
    }

    @Test(
        "Any other answer but 200 ends it with an error",
        arguments: [
            "201 Created", "206 Partial Content", "301 Moved Permanently", "304 Not Modified", "400 Bad Request",
            "401 Unauthorized", "404 Not Found", "500 Internal Server Error", "503 Service Unavailable",
        ])
    func badStatus(status: String) async throws {
        try await StreamServer.serving { server in
            async let answer: Void = server.connection().answer(
                status, "Content-Type: text/event-stream\r\n", body: status.hasPrefix("304") ? "" : "data: a\n\n")
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url).events { Issue.record("an event") }
            }
            try await answer
            #expect(error?.code == .badStatus)
            #expect(error?.status == Int(status.prefix(3)))
            #expect(error?.message == "\(server.url) answers \(status)")
            #expect(error?.body == (status.hasPrefix("304") ? [] : Array("data: a\n\n".utf8)))
        }
    }

    @Test("Of what a refusal says the beginning is kept, however long it is")
    func longRefusal() async throws {
        try await StreamServer.serving { server in
            let answering = Task {
                try await server.connection().answer("403 Forbidden", body: String(repeating: "x", count: 1 << 20))
            }
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url).events {}
            }
            answering.cancel()
            #expect(error?.body == Array(repeating: UInt8(ascii: "x"), count: 16 << 10))
        }
    }

    @Test(
        "The content type must be text/event-stream, whatever its case and parameters",
        arguments: [
            ("text/event-stream", true), ("text/event-stream;", true), ("TEXT/Event-Stream ; charset=utf-8", true),
            ("text/event-stream;charset=windows-1251", true), ("text/event-stream \t; =", true),
            ("text/x-bogus", false), ("text/event-stream-x", false), ("text/event-stream, text/plain", false),
            ("text/ event-stream", false), (";text/event-stream", false), ("", false), (nil, false),
        ] as [(String?, Bool)])
    func contentType(type: String?, isRight: Bool) async throws {
        try await StreamServer.serving { server in
            async let answer: Void = server.connection().answer(
                "200 OK", type.map { "Content-Type: \($0)\r\n" } ?? "", body: "data: 한\n\n")
            var events = EventSource(server.url).events.makeAsyncIterator()
            if isRight {
                let event = try await events.next()
                #expect(event?.data == "한")
            } else {
                let error = await #expect(throws: EventSourceError.self) { try await events.next() }
                #expect(error?.code == .badContentType)
            }
            try await answer
        }
    }

    @Test(
        "Redirects are followed, with each attempt anew",
        arguments: ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"])
    func redirect(status: String) async throws {
        try await StreamServer.serving { server in
            let source = EventSource(server.url) { $0.reconnectionTime = .zero }
            var events = source.events.makeAsyncIterator()
            for number in 1...2 {
                let answering = Task {
                    try await server.connection().answer(status, "Location: /other?x=1\r\n")
                    return try await server.stream("data: \(number)\nid: \(number)\n\n")
                }
                let event = try await events.next()
                #expect(event?.data == "\(number)")
                let (request, connection) = try await answering.value
                #expect(request.line == "GET /other?x=1 HTTP/1.1")
                #expect(request["Accept"] == ["text/event-stream"])
                #expect(request["Last-Event-ID"] == (number == 1 ? [] : ["1"]))
                try await connection.close()
            }
        }
    }

    @Test("Redirects without end are an error", arguments: [true, false])
    func redirects(isCircle: Bool) async throws {
        try await StreamServer.serving { server in
            let redirecting = Task {
                for number in 0... {
                    let connection = try await server.connection()
                    try await connection.answer("302 Found", "Location: /\(isCircle ? number % 3 : number)\r\n")
                }
            }
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url).events {}
            }
            redirecting.cancel()
            #expect(error?.code == .badRedirect)
        }
    }

    @Test(
        "A redirect to nowhere is an error",
        arguments: [
            "", "Location: \r\n", "Location: file:///etc/passwd\r\n", "Location: ftp://a/\r\n",
            "Location: http://127.0.0.1:65536/\r\n", "Location: //[::1]:99999\r\n",
        ])
    func redirectToNowhere(field: String) async throws {
        try await StreamServer.serving { server in
            let answering = Task {
                while true { try await server.connection().answer("307 Temporary Redirect", field) }
            }
            let error = await #expect(throws: EventSourceError.self) {
                for try await _ in EventSource(server.url).events {}
            }
            answering.cancel()
            #expect([.badStatus, .badRedirect].contains(error?.code))
        }
    }
}
