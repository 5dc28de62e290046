import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct ShutdownTests {
    private static let alarm = #"{"user":"t","data":1}"#

    @Test("A server that ends lets each stream come back at another time, and returns", arguments: [1, 2])
    func streams(eventLoops: Int) async throws {
        try await TestServer.serving {
            $0.eventLoops = eventLoops
        } _: { server in
            var readers: [EventReader] = []
            for index in 0..<20 {
                let reader = try await EventReader(to: server, "/connection/\(index)")
                _ = try await reader.event()
                readers.append(reader)
            }
            try await server.stop()
            var retries: Set<Int> = []
            for reader in readers {
                let last = try await reader.toEnd()
                #expect(last.count == 1 && last[0].id == nil && last[0].name == nil)
                let retry = try #require(last.first?.retry)
                #expect((2000...6000).contains(retry))
                retries.insert(retry)
            }
            #expect(retries.count > 10)
            #expect(server.hub.streamCount == 0)
            await #expect(throws: (any Error).self) { try await RawConnection(to: server.port) }
        }
    }

    @Test("A publish that the journal has is answered, and its connection ends then")
    func publishInFlight() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let publishing = try await RawConnection(to: server.port)
            try await publishing.send(RawRequest.post(Self.alarm).bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            let stream = try await EventReader(to: server, "/connection/t")
            server.beginShutdown()
            _ = try await stream.toEnd()
            journal.open()
            #expect(try await publishing.response(to: "POST").status == 201)
            let rest = try await publishing.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
            try await server.stop()
        }
    }

    @Test("A stream that waits behind such a publish is asked to come back")
    func streamBehindPublish() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.alarm).bytes + RawRequest("GET", "/connection/t").bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            server.beginShutdown()
            try await server.eventually("the shutdown") { $0.isDraining }
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            let refusal = try await connection.response()
            #expect(refusal.status == 200)
            #expect(refusal.text.hasPrefix("retry: "))
            let rest = try await connection.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
            try await server.stop()
        }
    }

    @Test("What goes on beside the requests is cancelled, and not waited for", .timeLimit(.minutes(5)))
    func guest() async throws {
        let (started, start) = AsyncStream.makeStream(of: Int.self)
        let (cancelled, cancel) = AsyncStream.makeStream(of: Void.self)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        try await TestServer.serving {
            $0.work = { hub in
                start.yield(hub.streamCount)
                // Ends with the Task.
                for await _ in AsyncStream(Void.self, { _ in }) {}
                cancel.yield()
                // Does not.
                await Task { for await _ in gate {} }.value
            }
        } _: { server in
            #expect(await started.first { _ in true } == 0)
            try await server.stop()
            #expect(await cancelled.first { _ in true } != nil)
        }
        opening.finish()
    }

    @Test("Connections that wait for a request end at once", arguments: ["", "GET /conn"])
    func idle(sent: String) async throws {
        try await TestServer.serving { server in
            let fresh = try await RawConnection(to: server.port)
            let used = try await RawConnection(to: server.port)
            try await used.send(RawRequest("GET", "/health").bytes)
            #expect(try await used.response().status == 200)
            for connection in [fresh, used] where !sent.isEmpty { try await connection.send(sent) }
            server.beginShutdown()
            for connection in [fresh, used] {
                let rest = try await connection.rest()
                #expect(rest.bytes.isEmpty && rest.ending == .finished)
            }
            try await server.stop()
        }
    }

    @Test("A request that does not end does not keep the server")
    func halfSent() async throws {
        try await TestServer.serving {
            $0.configuration.drain = .milliseconds(300)
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.alarm, fields: ["Expect: 100-continue"]).head)
            #expect(try await connection.response().status == 100)
            try await server.stop()
            _ = try await connection.rest()
            #expect(try await server.hub.journal.head.low == 0)
        }
    }

    @Test("A reader that takes nothing does not keep the server")
    func slowReader() async throws {
        try await TestServer.serving { server in
            let slow = try await EventReader(to: server, "/connection/t", receiveBuffer: 4096)
            _ = try await slow.event()
            try await slow.connection.setReading(false)
            let data = String(repeating: "x", count: 1_000_000)
            for _ in 0..<10 { try await server.publish(#"{"user":"t","data":"\#(data)"}"#) }
            try await server.stop()
            #expect(server.hub.streamCount == 0)
        }
    }
}
