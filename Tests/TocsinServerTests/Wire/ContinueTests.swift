import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct ContinueTests {
    private static let body = #"{"user":"t","data":1}"#
    private static let head = RawRequest.post(body, fields: ["Expect: 100-Continue"]).head

    @Test("Who asks whether its body is wanted is told so")
    func isTold() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.head)
            let interim = try await connection.response()
            #expect(interim.status == 100)
            #expect(interim.fields.isEmpty)
            try await connection.send(Self.body)
            #expect(try await connection.response(to: "POST").status == 201)
        }
    }

    @Test("It is told so after the answers before, not into them")
    func isToldInTurn() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.body).bytes + Array(Self.head.utf8))
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            #expect(try await connection.response().status == 100)
            try await connection.send(Self.body)
            #expect(try await connection.response(to: "POST").status == 201)
        }
    }

    @Test("Who asks about a body that is too large is refused at once")
    func tooLarge() async throws {
        try await TestServer.serving {
            $0.configuration.maximumBody = Self.body.utf8.count - 1
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", "/health").bytes + Array(Self.head.utf8))
            #expect(try await connection.response().status == 200)
            let refusal = try await connection.response(to: "POST")
            #expect(refusal.status == 413)
            #expect(refusal.values(of: "connection") == ["close"])
            #expect(try await connection.rest().bytes == [])
        }
    }

    @Test("Who does not wait for it gets one answer")
    func doesNotWait() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            let asking = RawRequest.post(Self.body, fields: ["Expect: 100-continue"])
            try await connection.send(RawRequest.post(Self.body).bytes + asking.bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            #expect(try await connection.response(to: "POST").status == 201)
        }
    }

    @Test("A client of HTTP/1.0 does not know it")
    func oldClient() async throws {
        try await TestServer.serving { server in
            var request = RawRequest.post(Self.body, fields: ["Expect: 100-continue"])
            request.version = "HTTP/1.0"
            let response = try await server.answer(to: request)
            #expect(response.status == 201)
        }
    }
}
