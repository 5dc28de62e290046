import NIOCore
import NIOSSL
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct SecureRequestTests {
    private static let alarm = #"{"user":"t","data":"hello"}"#
    private static let json = [("content-type", "application/json")]

    @Test(
        "A client chooses HTTP/2 or HTTP/1.1, and without a choice it is HTTP/1.1",
        arguments: [
            (["h2", "http/1.1"], "h2"), (["h2"], "h2"), (["http/1.1"], "http/1.1"),
            (["spdy/3", "http/1.1"], "http/1.1"),
        ])
    func negotiation(offer: [String], choice: String) async throws {
        try await TestServer.servingSecurely { server, _ in
            let security = try ClientSecurity(offer)
            let connection = try await RawConnection(to: server.port, over: security)
            try await server.eventually("the handshake") { _ in security.outcome.value != nil }
            #expect(security.outcome.value?.negotiated == choice)
            try await connection.close()
        }
    }

    @Test("TLS 1.2 and later is spoken", arguments: [(.tlsv11, false), (.tlsv12, true)] as [(TLSVersion, Bool)])
    func version(newest: TLSVersion, isSpoken: Bool) async throws {
        try await TestServer.servingSecurely { server, _ in
            let security = try ClientSecurity(["http/1.1"], upTo: newest)
            let connection = try await RawConnection(to: server.port, over: security)
            if isSpoken {
                try await connection.send(RawRequest("GET", "/health").bytes)
                #expect(try await connection.response().status == 200)
            } else {
                _ = try? await connection.rest()
                #expect(security.outcome.value == nil)
            }
        }
    }

    @Test("Ordinary requests are answered as without TLS", arguments: [["http/1.1"], []])
    func http1(offer: [String]) async throws {
        try await TestServer.servingSecurely { server, _ in
            let connection = try await RawConnection(to: server.port, over: try ClientSecurity(offer))
            try await connection.send(RawRequest.post(Self.alarm).bytes)
            let answer = try await connection.response(to: "POST")
            #expect(answer.status == 201)
            let id = try answer.json(TestServer.Published.self).id
            try await connection.send(RawRequest("GET", "/alarms/\(id)").bytes + RawRequest("GET", "/nothing").bytes)
            #expect(try await connection.response().text.contains("hello"))
            #expect(try await connection.response().status == 404)
            try await connection.send(RawRequest("GET", "/connection/t", fields: ["Last-Event-ID: earliest"]).bytes)
            let stream = try await EventReader(on: connection)
            #expect(try await stream.events(2).map(\.data) == ["", "hello"])
        }
    }

    @Test("Requests of HTTP/2 are answered as those of HTTP/1.1, many at a time")
    func http2() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let answer = try await client.answer(to: "POST", "/alarms", fields: Self.json, body: Self.alarm)
            #expect(answer.status == 201)
            let id = try answer.json(TestServer.Published.self).id
            #expect(try await client.answer(to: "GET", "/alarms/\(id)").text.contains("hello"))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await client.answer(to: "GET", number % 2 == 0 ? "/health" : "/nothing").status
                    }
                }
                var counts: [Int: Int] = [:]
                for try await status in group { counts[status, default: 0] += 1 }
                #expect(counts == [200: 25, 404: 25])
            }
            let head = try await client.answer(to: "HEAD", "/connection/t")
            #expect(head.status == 200 && head.values(of: "Content-Type") == ["text/event-stream"])
            #expect(server.hub.streamCount == 0)
            let post = try await client.answer(to: "POST", "/connection/t", fields: Self.json, body: "{}")
            #expect(post.status == 405 && post.values(of: "Allow") == ["GET, HEAD"])
        }
    }

    @Test("The authority is the Host, and pages are of the server's origin only with https")
    func access() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            for target in ["/users/t/alarms", "/connection/t"] {
                #expect(try await client.answer(to: "GET", target, authority: "evil.example").status == 421)
                let other = [("host", "evil.example")]
                #expect(try await client.answer(to: "GET", target, fields: other).status == 400)
            }
            let same = [("host", "localhost")]
            #expect(try await client.answer(to: "GET", "/users/t/alarms", fields: same).status == 200)
            let reader = try await client.listen("/connection/t", fields: same)
            #expect(try await reader.event().name == "position")
            let authority = "localhost:\(server.port)"
            for (origin, status) in [("https://\(authority)", 201), ("http://\(authority)", 403)] {
                let answer = try await client.answer(
                    to: "POST", "/alarms", authority: authority, fields: Self.json + [("origin", origin)],
                    body: Self.alarm)
                #expect(answer.status == status)
            }
        }
    }

    @Test("A head that is too large ends its connection and no other")
    func headTooLarge() async throws {
        try await TestServer.servingSecurely { server, _ in
            let other = try await HTTP2Client(to: server)
            let reader = try await other.listen("/connection/t")
            let client = try await HTTP2Client(to: server)
            let field = ("x", String(repeating: "a", count: 20_000))
            await #expect(throws: (any Error).self) {
                _ = try await client.answer(to: "GET", "/health", fields: [field])
            }
            try await client.channel.closeFuture.get()
            let connection = try await RawConnection(to: server.port, over: try ClientSecurity(["http/1.1"]))
            try await connection.send(RawRequest("GET", "/health", fields: ["X: \(field.1)"]).bytes)
            #expect(try await connection.response().status == 431)
            let id = try await server.hub.publish(to: "t")
            #expect(try await reader.events(2).last?.id == id)
        }
    }

    @Test("A request that breaks the rules ends its stream, and the connection's others go on")
    func badRequest() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let reader = try await client.listen("/connection/t")
            let wrong = try await client.send(
                "POST", "/alarms", fields: Self.json + [("content-length", "3")], body: Self.alarm)
            _ = try? await wrong.rest()
            let id = try await server.hub.publish(to: "t")
            #expect(try await reader.events(2).last?.id == id)
            #expect(try await client.answer(to: "GET", "/health").status == 200)
        }
    }

    @Test(
        "What is no TLS, or no whole handshake, is closed in time",
        arguments: ["", "GET / HTTP/1.1\r\n\r\n", "\u{16}"])
    func noHandshake(sent: String) async throws {
        try await TestServer.servingSecurely {
            $0.limits.requestTimeout = .milliseconds(200)
        } _: { server, _ in
            let connection = try await RawConnection(to: server.port)
            if !sent.isEmpty { connection.sendAnyway(Array(sent.utf8)) }
            _ = try await connection.rest()
            if !sent.hasPrefix("GET") { #expect(server.hub.refusals[.requestTimeout] == 1) }
        }
    }

    @Test("A connection on which nothing is asked is ended in good order, one with a stream is not")
    func idle() async throws {
        try await TestServer.servingSecurely {
            $0.limits.requestTimeout = .milliseconds(200)
        } _: { server, _ in
            let (listening, reader) = try await Self.listening(to: server)
            let idle = try await HTTP2Client(to: server)
            try await idle.channel.closeFuture.get()
            let id = try await server.hub.publish(to: "t")
            #expect(try await reader.events(2).last?.id == id)
            try await listening.channel.close()
        }
    }

    /// A client with a stream, on a server that gives it little time to ask for one.
    private static func listening(to server: TestServer) async throws -> (HTTP2Client, EventReader) {
        for _ in 0..<100 {
            let client = try await HTTP2Client(to: server)
            if let reader = try? await client.listen("/connection/t") { return (client, reader) }
        }
        throw ChannelError.operationUnsupported
    }

    @Test("A body that does not end ends its stream")
    func slowBody() async throws {
        try await TestServer.servingSecurely {
            $0.limits.requestTimeout = .milliseconds(200)
        } _: { server, _ in
            let (client, reader) = try await Self.listening(to: server)
            let slow = try await client.send("POST", "/alarms", fields: Self.json, isWhole: false)
            #expect(try await slow.rest().ending == .reset)
            #expect(server.hub.refusals[.requestTimeout] > 0)
            #expect(try await reader.event().name == "position")
        }
    }

    @Test("A publish that waits for the journal is no peer that takes nothing")
    func slowJournal() async throws {
        let journal = GatedJournal()
        try await TestServer.servingSecurely {
            $0.journal = journal
            $0.limits.stallTimeout = .milliseconds(50)
            $0.limits.requestTimeout = .seconds(3)
        } _: { server, _ in
            let (client, _) = try await Self.listening(to: server)
            let publish = try await client.send("POST", "/alarms", fields: Self.json, body: Self.alarm)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            // When this is over, so is any peer's time to take something.
            let late = try await client.send("POST", "/alarms", fields: Self.json, body: "{", isWhole: false)
            #expect(try await late.rest().ending == .reset)
            journal.open()
            #expect(try await publish.response(to: "POST").status == 201)
        }
    }

    @Test("Who takes nothing of an ordinary answer is reset")
    func untakenAnswer() async throws {
        try await TestServer.servingSecurely {
            // Long enough for a busy machine to take what it does take.
            $0.limits.requestTimeout = .seconds(12)
            $0.limits.stallTimeout = .seconds(4)
        } _: { server, _ in
            // More than the stream's window holds.
            for _ in 0..<4 { _ = try await server.hub.publish(String(repeating: "x", count: 50_000), to: "t") }
            let client = try await HTTP2Client(to: server)
            let request = try await client.send("GET", "/users/t/alarms")
            try await request.setReading(false)
            let idle = try await HTTP2Client(to: server)
            // Asked for later, and so answered later: by then the time of the other has begun.
            #expect(try await idle.answer(to: "GET", "/users/t/alarms").status == 200)
            let last = try await HTTP2Client(to: server)
            try await last.channel.closeFuture.get()
            try await request.setReading(true)
            #expect(try await request.rest().ending == .reset)
        }
    }

    @Test("A stream that has ended, and of whose end the peer takes nothing, is reset")
    func endIsNotTaken() async throws {
        try await TestServer.servingSecurely {
            $0.limits.stallTimeout = .milliseconds(50)
            $0.limits.requestTimeout = .seconds(3)
        } _: { server, _ in
            let (client, _) = try await Self.listening(to: server)
            let stalled = try await client.listen("/connection/u?client=x")
            _ = try await stalled.event()
            try await stalled.connection.setReading(false)
            // The read that is under way already.
            _ = try await server.hub.publish(to: "u")
            _ = try await stalled.event()
            // More than the stream's window takes.
            for number in 0..<150 {
                _ = try await server.hub.publish("\(number)" + String(repeating: "x", count: 1000), to: "u")
            }
            let newer = try await client.listen("/connection/u?client=x")
            _ = try await newer.event()
            // When this is over, so is the peer's time.
            let late = try await client.send("POST", "/alarms", fields: Self.json, body: "{", isWhole: false)
            #expect(try await late.rest().ending == .reset)
            try await stalled.connection.setReading(true)
            #expect(try await stalled.connection.rest().ending == .reset)
        }
    }
}

extension Hub {
    /// Publishes to a user, without HTTP.
    ///
    /// - Returns: the id.
    func publish(_ data: String = "x", to user: String) async throws -> String {
        let alarm = Alarm(
            audience: .user(Name(known: user)), event: .alarm, data: .text(data), translations: [], retry: nil,
            ttl: nil, key: nil)
        guard case .published(let publications) = try await publisher.publish(.publish([alarm])) else { return "" }
        return publications[0].id.description
    }
}
