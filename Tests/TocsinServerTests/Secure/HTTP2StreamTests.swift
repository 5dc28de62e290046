import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct HTTP2StreamTests {
    private static let user = Audience.user(Name(known: "t"))

    @Test("A stream of HTTP/2 has the head and the blocks of any other")
    func stream() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let reader = try await client.listen("/connection/t")
            for (name, value) in [
                ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store, no-transform"),
                ("X-Accel-Buffering", "no"), ("X-Content-Type-Options", "nosniff"),
            ] {
                #expect(reader.head.values(of: name) == [value])
            }
            #expect(reader.head.values(of: "Transfer-Encoding") == [])
            #expect(reader.head.values(of: "Date").count == 1)
            #expect(try await reader.event().name == "position")
            let id = try await server.hub.publish("hello", to: "t")
            let event = try await reader.event()
            #expect(event.name == "alarm" && event.data == "hello" && event.id == id)
            #expect(event.text.hasSuffix("id: \(id)"))
        }
    }

    @Test("A request for a stream that ends with a body or late is one too")
    func lateEnd() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let reader = try await EventReader(on: try await client.send("GET", "/connection/t", body: "ignored"))
            #expect(try await reader.event().name == "position")
        }
    }

    @Test("A stream resumes, is replaced, and is refused, as over HTTP/1.1")
    func life() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.maximumConnections = 2
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            let ids = [try await server.hub.publish(to: "t"), try await server.hub.publish(to: "t")]
            let resumed = try await client.listen("/connection/t?client=a", fields: [("last-event-id", ids[0])])
            #expect(try await resumed.events(2).map(\.id) == ids)
            let newer = try await client.listen("/connection/t?client=a")
            #expect(try await newer.event().name == "position")
            let last = try await resumed.toEnd()
            #expect(last.map(\.name) == ["replaced"] && last[0].id == "replaced")
            try await server.eventually("the end of the replaced stream") { $0.streamCount == 1 }
            let stays = [("last-event-id", "replaced")]
            #expect(try await client.answer(to: "GET", "/connection/t", fields: stays).status == 204)
            #expect(try await client.answer(to: "GET", "/events").status == 400)
            let second = try await client.listen("/connection/u")
            #expect(try await second.event().name == "position")
            let refused = try await client.answer(to: "GET", "/connection/v")
            #expect(refused.status == 200 && refused.text.hasPrefix("retry: "))
        }
    }

    @Test("A stream that is reset, or whose connection goes, is over at once", arguments: [false, true])
    func disconnect(wholeConnection: Bool) async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let readers = [try await client.listen("/connection/t"), try await client.listen("/connection/t")]
            for reader in readers { _ = try await reader.event() }
            #expect(server.hub.streamCount == 2)
            if wholeConnection {
                try await client.channel.close()
                try await server.eventually("the end of the streams") { $0.streamCount == 0 }
            } else {
                // It is told that the stream is gone, which is what it wanted.
                try? await readers[0].connection.close()
                try await server.eventually("the end of the stream") { $0.streamCount == 1 }
                let id = try await server.hub.publish(to: "t")
                #expect(try await readers[1].event().id == id)
            }
        }
    }

    @Test("Of a hundred streams of a connection one is not read: the others get all, and it too when it reads on")
    func oneIsNotRead() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.shard.recent.alarms = 5
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            var readers: [EventReader] = []
            for _ in 0..<100 {
                readers.append(try await client.listen("/connection/t"))
                _ = try await readers.last?.event()
            }
            let slow = readers.removeFirst()
            try await slow.connection.setReading(false)
            var ids: [String] = []
            // More than the stream's window and the server's buffer for it hold.
            for first in stride(from: 0, to: 16, by: 4) {
                let alarms = (first..<(first + 4)).map { Alarm.numbered($0, to: Self.user, bytes: 10_000) }
                guard case .published(let published) = try await server.hub.publisher.publish(.publish(alarms)) else {
                    return
                }
                ids += published.map(\.id.description)
                for reader in readers {
                    #expect(try await reader.events(4).map(\.id) == ids.suffix(4))
                }
            }
            try await slow.connection.setReading(true)
            let taken = try await slow.events(ids.count)
            #expect(taken.map(\.id) == ids)
            let id = try await server.hub.publish(to: "t")
            for reader in readers + [slow] { #expect(try await reader.event().id == id) }
        }
    }

    @Test("A stream that takes nothing for too long is reset, and the connection's others go on")
    func stalls() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.shard.stallTimeout = 5
        } _: { server, _ in
            let client = try await HTTP2Client(to: server)
            let stalled = try await client.listen("/connection/t")
            let other = try await client.listen("/connection/u")
            _ = try await stalled.event()
            _ = try await other.event()
            try await stalled.connection.setReading(false)
            for number in 0..<300 {
                _ = try await server.hub.publish("\(number)" + String(repeating: "x", count: 1000), to: "t")
            }
            try await server.eventually("the end of the stream that takes nothing") { $0.streamCount == 1 }
            let id = try await server.hub.publish(to: "u")
            #expect(try await other.event().id == id)
            try await stalled.connection.setReading(true)
            #expect(try await stalled.connection.rest().ending == .reset)
        }
    }

    @Test("A client that takes nothing of its connection loses its streams, and harms no other")
    func connectionStalls() async throws {
        try await TestServer.servingSecurely {
            $0.configuration.hub.shard.stallTimeout = 5
        } _: { server, _ in
            let stalled = try await HTTP2Client(to: server)
            var readers: [EventReader] = []
            for _ in 0..<3 { readers.append(try await stalled.listen("/connection/t")) }
            let client = try await HTTP2Client(to: server)
            let other = try await client.listen("/connection/t")
            _ = try await other.event()
            try await stalled.stopReading()
            for number in 0..<300 {
                let id = try await server.hub.publish("\(number)" + String(repeating: "x", count: 1000), to: "t")
                #expect(try await other.event().id == id)
            }
            try await server.eventually("the end of the streams") { $0.streamCount == 1 }
        }
    }
}
