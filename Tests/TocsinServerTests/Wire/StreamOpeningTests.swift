import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct StreamOpeningTests {
    private static let alarm = #"{"user":"t","data":1}"#

    @Test("A stream of HTTP/1.1 opens with exactly these bytes, in chunks")
    func exactBytes() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", "/connection/t").bytes)
            let reader = try await EventReader(on: connection)
            #expect(reader.head.version == "HTTP/1.1")
            #expect(
                reader.head.fields.map { $0.name.lowercased() }.sorted() == [
                    "cache-control", "content-type", "date", "transfer-encoding", "vary", "x-accel-buffering",
                    "x-content-type-options", "x-request-id",
                ])
            let opening = try await reader.event()
            let retry = try #require(opening.retry)
            let id = try #require(opening.id)
            #expect((2000...4000).contains(retry))
            #expect(opening.text == "retry: \(retry)\nevent: position\ndata:\nid: \(id)")
            let head = try await server.hub.journal.head
            #expect(id == head.description)
            let published = try await server.publish(Self.alarm)
            #expect(try await reader.event().text == "event: alarm\ndata: 1\nid: \(published)")
        }
    }

    @Test("Each write is one chunk of its own", arguments: [1, 300, 70_000])
    func framing(length: Int) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", "/connection/t").bytes)
            let reader = try await EventReader(on: connection)
            _ = try await reader.event()
            let data = String(repeating: "x", count: length)
            let id = try await server.publish(#"{"user":"t","data":"\#(data)"}"#)
            let block = "event: alarm\ndata: \(data)\nid: \(id)\n\n"
            let chunk = String(block.utf8.count, radix: 16) + "\r\n" + block + "\r\n"
            #expect(String(decoding: try await connection.bytes(chunk.utf8.count), as: UTF8.self) == chunk)
        }
    }

    @Test(
        "A stream of HTTP/1.0 has no framing, and lasts until the connection ends",
        arguments: [[], ["Connection: keep-alive"]])
    func oldClient(fields: [String]) async throws {
        try await TestServer.serving { server in
            let reader = try await EventReader(to: server, "/connection/t", fields: fields, version: "HTTP/1.0")
            #expect(reader.head.version == "HTTP/1.0")
            #expect(reader.head.values(of: "Transfer-Encoding").isEmpty)
            #expect(reader.head.values(of: "Connection") == ["close"])
            #expect(try await reader.event().name == "position")
            let id = try await server.publish(Self.alarm)
            #expect(try await reader.event().text == "event: alarm\ndata: 1\nid: \(id)")
            server.beginShutdown()
            let last = try await reader.toEnd()
            #expect(last.count == 1 && last[0].retry != nil && last[0].id == nil)
        }
    }

    @Test(
        "A stream is one however its target is written",
        arguments: [
            "/%63onnection/t", "/connection/%74", "http://localhost/connection/t", "/%65vents?topic=t",
            "/events?topic=t&x=y",
        ])
    func targets(target: String) async throws {
        try await TestServer.serving { server in
            let reader = try await EventReader(to: server, target)
            #expect(try await reader.event().name == "position")
            let audience = target.contains("vents") ? "topic" : "user"
            let id = try await server.publish(#"{"\#(audience)":"t","data":1}"#)
            #expect(try await reader.event().id == id)
        }
    }

    @Test("A stream can be a later request of its connection", arguments: [1, 5])
    func laterRequest(_ before: Int) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            for _ in 0..<before {
                try await connection.send(RawRequest.post(Self.alarm).bytes)
                #expect(try await connection.response(to: "POST").status == 201)
                try await connection.send(RawRequest("GET", "/connection/%00").bytes)
                #expect(try await connection.response().status == 400)
            }
            try await connection.send(RawRequest("GET", "/connection/t?last_event_id=earliest").bytes)
            let reader = try await EventReader(on: connection)
            #expect(try await reader.event().id == "earliest")
            _ = try await reader.events(before)
            let id = try await server.publish(Self.alarm)
            #expect(try await reader.event().id == id)
        }
    }

    @Test("What comes first is the greeting, then what was missed, then what is new")
    func order() async throws {
        try await TestServer.serving {
            $0.configuration.hub.greeting = "Hello, {user}!"
        } _: { server in
            let first = try await server.publish(Self.alarm)
            let missed = try await server.publish(#"{"everyone":true,"data":"missed"}"#)
            let reader = try await EventReader(to: server, "/connection/t", fields: ["Last-Event-ID: \(first)"])
            let events = try await reader.events(3)
            #expect(events[0].id == first && events[0].name == "position")
            #expect(events[1].text == "data: Hello, t!")
            #expect(events[2].id == missed)
            let new = try await server.publish(Self.alarm)
            #expect(try await reader.event().id == new)
        }
    }

    @Test(
        "A stream that cannot resume is told so, and its old id stays until then",
        arguments: [
            "1-1", "nonsense", "0", "-", "18446744073709551615-18446744073709551615", "99999999999999999999-1", "%",
        ])
    func reset(lastEventID: String) async throws {
        try await TestServer.serving { server in
            let reader = try await EventReader(to: server, "/connection/t", fields: ["Last-Event-ID: \(lastEventID)"])
            let events = try await reader.events(2)
            #expect(events[0].id == nil && events[0].retry != nil && events[0].name == nil)
            let head = try await server.hub.journal.head
            #expect(events[1].text == "event: reset\ndata: {\"reason\":\"unknown\",\"head\":\"\(head)\"}\nid: \(head)")
        }
    }

    @Test(
        "A client that has sent all that it will gets the beginning of its stream",
        arguments: ["", "?last_event_id=1-1", "?last_event_id=earliest&client=a"])
    func halfClosed(query: String) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest("GET", "/connection/t\(query)").bytes)
            try await connection.finish()
            let answer = String(decoding: try await connection.rest().bytes, as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("\r\nretry: "))
            try await server.eventually("the end of the stream") { $0.streamCount == 0 }
        }
    }

    @Test("A stream whose journal cannot be read is asked to come back, not refused")
    func journalFails() async throws {
        let journal = GatedJournal(isOpen: true)
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            journal.fail(JournalError(code: .unavailable, message: "the disk is gone"))
            let response = try await server.answer(to: RawRequest("GET", "/connection/t?last_event_id=1-1"))
            #expect(response.status == 200)
            try checkRefusal(response)
            #expect(server.hub.streamCount == 0)
        }
    }

    @Test(
        "Past the greatest number of streams a new one is asked to come back later",
        arguments: ["HTTP/1.1", "HTTP/1.0"])
    func overload(version: String) async throws {
        try await TestServer.serving {
            $0.configuration.hub.maximumConnections = 2
        } _: { server in
            let first = try await EventReader(to: server, "/connection/t")
            let second = try await EventReader(to: server, "/connection/t")
            _ = try await (first.event(), second.event())
            for _ in 0..<3 {
                let connection = try await RawConnection(to: server.port)
                try await connection.send(RawRequest("GET", "/connection/t?client=a", version: version).bytes)
                try checkRefusal(try await connection.response())
                let rest = try await connection.rest()
                #expect(rest.bytes.isEmpty && rest.ending == .finished)
            }
            #expect(server.hub.streamCount == 2)
            try await first.connection.close()
            try await server.eventually("the end of the first stream") { $0.streamCount == 1 }
            let third = try await EventReader(to: server, "/connection/t")
            #expect(try await third.event().name == "position")
        }
    }

    @Test("While streams are being ended a new one is asked to come back later")
    func draining() async throws {
        try await TestServer.serving { server in
            await server.hub.drainStreams(within: .zero)
            try checkRefusal(try await server.answer(to: RawRequest("GET", "/connection/t")))
            #expect(server.hub.streamCount == 0)
            // Publishes still work.
            try await server.publish(Self.alarm)
            let ready = try await server.answer(to: RawRequest("GET", "/ready"))
            #expect(ready.status == 503)
        }
    }

    private func checkRefusal(_ response: RawResponse) throws {
        #expect(response.status == 200)
        #expect(response.values(of: "Content-Type") == ["text/event-stream"])
        #expect(response.values(of: "Connection") == ["close"])
        #expect(response.text.hasPrefix("retry: ") && response.text.hasSuffix("\n\n"))
        let retry = try #require(Int(response.text.dropFirst("retry: ".count).dropLast(2)))
        #expect((5000...15_000).contains(retry))
    }
}
