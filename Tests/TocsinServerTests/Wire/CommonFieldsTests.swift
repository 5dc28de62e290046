import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct CommonFieldsTests {
    private static let alarm = #"{"user":"t","data":1}"#
    private static let origin = "https://app.example"

    private static let requests: [(request: RawRequest, status: Int)] = [
        (RawRequest("GET", "/health"), 200), (RawRequest("GET", "/ready"), 200), (.post(alarm), 201), (.post("{"), 400),
        (.post("{}"), 422), (.post(alarm, type: "text/html"), 415), (RawRequest("GET", "/users/t/alarms"), 200),
        (RawRequest("GET", "/nowhere"), 404), (RawRequest("PUT", "/alarms"), 405),
        (RawRequest("GET", "/connection/%00"), 400),
        (RawRequest("GET", "/events"), 400), (RawRequest("HEAD", "/connection/t"), 200),
        (RawRequest("GET", "/connection/t", fields: ["Last-Event-ID: replaced"]), 204),
        (RawRequest("HEAD", "/connection/t", fields: ["Last-Event-ID: replaced"]), 204),
        (RawRequest("GET", "/connection/%zz"), 400), (RawRequest("DELETE", "/alarms/1-1"), 404),
    ]

    @Test(
        "Every answer has the date once, keeps browsers from guessing its type, and may be read by an allowed page",
        arguments: requests.indices)
    func everyAnswer(_ index: Int) async throws {
        try await TestServer.serving {
            $0.configuration.corsOrigins = [Self.origin]
        } _: { server in
            var (request, status) = Self.requests[index]
            request.fields.append("Origin: \(Self.origin)")
            let response = try await server.answer(to: request)
            #expect(response.status == status)
            check(response)
        }
    }

    @Test("So has a stream, also one that is refused for overload", arguments: [1, 0])
    func stream(maximum: Int) async throws {
        try await TestServer.serving {
            $0.configuration.corsOrigins = [Self.origin]
            $0.configuration.hub.maximumConnections = maximum
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", "/connection/t", fields: ["Origin: \(Self.origin)"]).bytes)
            let head = maximum == 0 ? try await connection.response() : try await EventReader(on: connection).head
            #expect(head.status == 200)
            #expect(head.values(of: "Content-Type") == ["text/event-stream"])
            #expect(head.values(of: "Cache-Control") == ["no-store, no-transform"])
            #expect(head.values(of: "X-Accel-Buffering") == ["no"])
            check(head)
        }
    }

    private func check(_ response: RawResponse) {
        #expect(response.values(of: "Date").count == 1)
        #expect(response.values(of: "X-Content-Type-Options") == ["nosniff"])
        #expect(response.values(of: "Cache-Control").first?.hasPrefix("no-") == true)
        #expect(response.values(of: "Access-Control-Allow-Origin") == [Self.origin])
        #expect(response.values(of: "Vary") == ["Origin"])
    }

    @Test("A page of this machine on another port may read streams and lists, and is told so on their errors too")
    func loopbackPage() async throws {
        try await TestServer.serving { server in
            for path in ["/users/t/alarms", "/users/t/alarms?limit=0", "/connection/%00", "/events"] {
                let response = try await server.answer(
                    to: RawRequest("GET", path, fields: ["Origin: http://localhost:3000"]))
                #expect(response.values(of: "Access-Control-Allow-Origin") == ["http://localhost:3000"])
            }
        }
    }

    @Test(
        "A preflight of an allowed page is told what the path takes",
        arguments: [
            ("/alarms", "POST"), ("/alarms/1-1", "GET, HEAD, DELETE"), ("/connection/t", "GET, HEAD"),
            ("/events", "GET, HEAD"),
            ("/users/t/alarms", "GET, HEAD"),
        ])
    func preflight(path: String, methods: String) async throws {
        try await TestServer.serving {
            $0.configuration.corsOrigins = [Self.origin]
        } _: { server in
            let response = try await server.answer(
                to: RawRequest(
                    "OPTIONS", path,
                    fields: [
                        "Origin: \(Self.origin)", "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: content-type, idempotency-key",
                    ]))
            #expect(response.status == 204)
            #expect(response.values(of: "Content-Length").isEmpty)
            #expect(response.values(of: "Access-Control-Allow-Methods") == [methods])
            #expect(
                response.values(of: "Access-Control-Allow-Headers")
                    == ["Authorization, Content-Type, Idempotency-Key, Last-Event-ID"])
            check(response)
        }
    }

    @Test(
        "HEAD has the head of GET and no body",
        arguments: [
            "/health", "/ready", "/users/t/alarms", "/topics/t/alarms", "/nowhere", "/alarms/1-1", "/events",
            "/connection/%00",
        ])
    func head(path: String) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", path).bytes + RawRequest("HEAD", path).bytes)
            let get = try await connection.response()
            let head = try await connection.response(to: "HEAD")
            #expect(head.status == get.status)
            for name in ["Content-Type", "Content-Length", "Vary", "X-Content-Type-Options"] {
                #expect(head.values(of: name) == get.values(of: name))
            }
            try await connection.send(RawRequest("GET", "/health").bytes)
            #expect(try await connection.response().text == "ok\n")
        }
    }

    @Test("HEAD of a stream has its head, and claims nothing")
    func streamHead() async throws {
        try await TestServer.serving {
            $0.configuration.hub.maximumConnections = 1
        } _: { server in
            let stream = try await EventReader(to: server, "/connection/t?client=a")
            _ = try await stream.event()
            let head = try await server.answer(to: RawRequest("HEAD", "/connection/t?client=a"))
            for name in ["Content-Type", "Cache-Control", "X-Accel-Buffering", "Vary"] {
                #expect(head.values(of: name) == stream.head.values(of: name))
            }
            #expect(server.hub.streamCount == 1)
            let id = try await server.publish(Self.alarm)
            #expect(try await stream.event().id == id)
        }
    }

    @Test(
        "A wrong method is told the right ones",
        arguments: [
            ("PUT", "/alarms", "POST"), ("POST", "/alarms/1-1", "GET, HEAD, DELETE"),
            ("POST", "/connection/t", "GET, HEAD"),
            ("DELETE", "/events", "GET, HEAD"), ("POST", "/users/t/alarms", "GET, HEAD"),
            ("PATCH", "/ready", "GET, HEAD"),
        ])
    func allow(method: String, path: String, methods: String) async throws {
        try await TestServer.serving { server in
            let response = try await server.answer(to: RawRequest(method, path))
            #expect(response.status == 405)
            #expect(response.values(of: "Allow") == [methods])
        }
    }

    @Test("What may work later is told to be sent again later", arguments: [false, true])
    func retryAfter(isUnknown: Bool) async throws {
        let journal = GatedJournal(isOpen: true)
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            journal.fail(JournalError(code: isUnknown ? .outcomeUnknown : .unusable, message: "the disk is full"))
            for request in [
                RawRequest.post(Self.alarm), RawRequest("GET", "/users/t/alarms"), RawRequest("GET", "/alarms/1-1"),
            ] {
                let response = try await server.answer(to: request)
                #expect(response.status == 503)
                #expect(response.values(of: "Retry-After") == ["1"])
            }
            let ready = RawRequest("GET", "/ready")
            let notReady = try await server.answer(to: ready)
            #expect(notReady.status == 503)
            let alive = try await server.answer(to: RawRequest("GET", "/health"))
            #expect(alive.status == 200)
            journal.fail(nil)
            try await server.publish(Self.alarm)
            let readyAgain = try await server.answer(to: ready)
            #expect(readyAgain.status == 200)
        }
    }

    @Test("Probes answer anyone, whatever name they call", arguments: ["/health", "/ready"])
    func probes(path: String) async throws {
        try await TestServer.serving { server in
            for host in ["evil.example", nil, "10.0.0.1:8080"] {
                let request = RawRequest("GET", path, host: host, fields: ["Origin: https://evil.example"])
                let response = try await server.answer(to: request)
                #expect(response.status == 200)
            }
        }
    }
}
