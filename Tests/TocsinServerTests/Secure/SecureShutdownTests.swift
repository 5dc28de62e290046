import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct SecureShutdownTests {
    @Test("A server that ends ends streams in good order, then their connections", arguments: ["h2", "http/1.1"])
    func streams(choice: String) async throws {
        try await TestServer.servingSecurely { server, _ in
            var readers: [EventReader] = []
            var clients: [HTTP2Client] = []
            for number in 0..<20 {
                if choice == "h2" {
                    if number % 10 == 0 { clients.append(try await HTTP2Client(to: server)) }
                    readers.append(try await clients[number / 10].listen("/connection/\(number)"))
                } else {
                    let connection = try await RawConnection(to: server.port, over: try ClientSecurity([choice]))
                    try await connection.send(RawRequest("GET", "/connection/\(number)").bytes)
                    readers.append(try await EventReader(on: connection))
                }
                _ = try await readers.last?.event()
            }
            try await server.stop()
            for reader in readers {
                let last = try await reader.toEnd()
                #expect(last.count == 1 && last[0].id == nil && last[0].name == nil)
                #expect((2000...6000).contains(try #require(last.first?.retry)))
            }
            for client in clients { try await client.channel.closeFuture.get() }
            #expect(server.hub.streamCount == 0)
        }
    }

    @Test("A publish that the journal has is answered before its connection ends")
    func publishInFlight() async throws {
        let journal = GatedJournal()
        try await TestServer.servingSecurely {
            $0.journal = journal
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            let publish = try await client.send(
                "POST", "/alarms", fields: [("content-type", "application/json")], body: #"{"user":"t","data":1}"#)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            server.beginShutdown()
            try await server.eventually("the shutdown") { $0.isDraining }
            journal.open()
            #expect(try await publish.response(to: "POST").status == 201)
            try await client.channel.closeFuture.get()
            try await server.stop()
        }
    }

    @Test("A peer that answers nothing does not keep the server", arguments: [0, 1, 3])
    func silentPeer(streams: Int) async throws {
        try await TestServer.servingSecurely {
            $0.configuration.drain = .seconds(60)
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            #expect(try await client.answer(to: "GET", "/health").status == 200)
            for _ in 0..<streams { _ = try await client.listen("/connection/t").event() }
            try await client.stopReading()
            let start = ContinuousClock.now
            try await server.stop()
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("A connection that has not come to speak HTTP does not keep the server", arguments: ["", "\u{16}\u{3}\u{1}"])
    func handshaking(sent: String) async throws {
        try await TestServer.servingSecurely {
            $0.configuration.drain = .seconds(60)
        } _: { server, _ in
            let connection = try await RawConnection(to: server.port)
            if !sent.isEmpty { try await connection.send(sent) }
            let client = try await HTTP2Client(to: server)
            #expect(try await client.answer(to: "GET", "/health").status == 200)
            let start = ContinuousClock.now
            try await server.stop()
            #expect(ContinuousClock.now - start < .seconds(30))
            _ = try await connection.rest()
        }
    }
}
