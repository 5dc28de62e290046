import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct SecureLimitTests {
    @Test("Streams of HTTP/2 are limited by user and address, as any other")
    func streams() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.maximumConnectionsPerUser = 2
            $0.configuration.hub.maximumConnectionsPerAddress = 4
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            let oldest = try await client.listen("/connection/t")
            _ = try await oldest.event()
            var others: [EventReader] = []
            for target in ["/connection/t", "/connection/t?client=a", "/connection/u"] {
                let reader = try await client.listen(target)
                _ = try await reader.event()
                others.append(reader)
            }
            #expect(try await oldest.toEnd().map(\.name) == ["replaced"])
            try await server.eventually("the end of the oldest") { $0.streamCount == 3 }
            others.append(try await client.listen("/events?topic=t"))
            let refused = try await client.answer(to: "GET", "/connection/v")
            #expect(refused.status == 200 && refused.text.hasPrefix("retry: "))
            #expect(server.hub.refusals[.connectionsPerAddress] == 1)
            try? await others[2].connection.close()
            try await server.eventually("the end of what has left") { $0.streamCount == 3 }
            let next = try await client.listen("/connection/v")
            #expect(try await next.event().name == "position")
        }
    }

    @Test("Who publishes too often over HTTP/2 is told when to come again")
    func publishRate() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.publishRate = 1
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            var answer = try await Self.publish(on: client)
            while answer.status == 201 { answer = try await Self.publish(on: client) }
            #expect(answer.status == 429)
            #expect(answer.values(of: "retry-after") == ["1"])
        }
    }

    private static func publish(on client: HTTP2Client) async throws -> RawResponse {
        try await client.answer(
            to: "POST", "/alarms", fields: [("content-type", "application/json")], body: #"{"user":"t","data":1}"#)
    }

    @Test("A stream of HTTP/2 ends when its lifetime is over, and its connection stays for the next")
    func lifetime() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.shard.streamLifetime = 1
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            let first = try await client.listen("/connection/t")
            let last = try await first.toEnd().last
            #expect(last?.name == nil && last?.id == nil && last?.retry != nil)
            let second = try await client.listen("/connection/t")
            #expect(try await second.event().name == "position")
        }
    }
}
