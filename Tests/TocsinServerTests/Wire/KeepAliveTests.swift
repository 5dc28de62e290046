import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct KeepAliveTests {
    private static func health(_ version: String, _ fields: [String]) -> RawRequest {
        RawRequest("GET", "/health", version: version, fields: fields)
    }

    @Test(
        "A connection is kept as long as both sides want it",
        arguments: [
            ("HTTP/1.1", [], true, []),
            ("HTTP/1.1", ["Connection: close"], false, ["close"]),
            ("HTTP/1.1", ["Connection: Close"], false, ["close"]),
            ("HTTP/1.1", ["Connection: keep-alive, close"], false, ["close"]),
            ("HTTP/1.0", [], false, ["close"]),
            ("HTTP/1.0", ["Connection: keep-alive"], true, ["keep-alive"]),
            // The decoder reads nothing after an offer of another protocol.
            (
                "HTTP/1.1", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"], false,
                ["close"]
            ),
            ("HTTP/1.1", ["Upgrade: h2c"], true, []),
        ] as [(String, [String], Bool, [String])])
    func keeping(version: String, fields: [String], isKept: Bool, told: [String]) async throws {
        try await TestServer.serving { server in
            for path in ["/health", "/connection/%00"] {
                let connection = try await RawConnection(to: server.port)
                let request = RawRequest("GET", path, version: version, fields: fields)
                try await connection.send(request.bytes)
                let response = try await connection.response()
                #expect(response.status == (path == "/health" ? 200 : 400))
                #expect(response.values(of: "Connection") == told)
                guard isKept else {
                    let rest = try await connection.rest()
                    #expect(rest.bytes.isEmpty && rest.ending == .finished)
                    continue
                }
                try await connection.send(request.bytes)
                #expect(try await connection.response().values(of: "Connection") == told)
            }
        }
    }

    @Test("A publish that offers another protocol is taken in this one")
    func upgradingPublish() async throws {
        try await TestServer.serving { server in
            let fields = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
            #expect(try await server.answer(to: .post(#"{"user":"t","data":1}"#, fields: fields)).status == 201)
            let reader = try await EventReader(to: server, "/connection/t", fields: fields)
            #expect(try await reader.event().name == "position")
        }
    }

    @Test("CONNECT is refused, and the connection ends")
    func connect() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("CONNECT", "localhost:443").bytes)
            #expect(try await connection.response().status == 400)
            #expect(try await connection.rest().ending == .finished)
        }
    }

    @Test(
        "A body that nobody wants does not keep its client from the answer",
        arguments: [["Connection: close"], [], ["Expect: 100-continue", "Connection: close"]])
    func unwantedBody(fields: [String]) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            let request = RawRequest.post(BadPublishes.body(of: 8_000_000), fields: fields)
            try await connection.send(request.head)
            connection.sendAnyway(request.body)
            var response = try await connection.response()
            if response.status == 100 { response = try await connection.response() }
            #expect(response.status == 413)
            if fields.isEmpty {
                try await connection.send(RawRequest("GET", "/health").bytes)
                #expect(try await connection.response().status == 200)
            } else {
                #expect(try await connection.rest().ending == .finished)
            }
        }
    }

    @Test("What comes after a request that was to be the last is not answered")
    func afterTheLast() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            let last = RawRequest("GET", "/health", fields: ["Connection: close"])
            try await connection.send(last.bytes + RawRequest.post(#"{"user":"t","data":1}"#).bytes)
            #expect(try await connection.response().status == 200)
            let rest = try await connection.rest()
            #expect(String(decoding: rest.bytes, as: UTF8.self) == "")
            #expect(rest.ending == .finished)
            let head = try await server.hub.journal.head
            #expect(head.low == 0)
        }
    }
}
