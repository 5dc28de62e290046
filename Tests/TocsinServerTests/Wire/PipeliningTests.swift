import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct PipeliningTests {
    private static let alarm = #"{"user":"t","data":1}"#
    private static let publish = RawRequest.post(alarm)
    private static let health = RawRequest("GET", "/health")
    private static let stream = RawRequest("GET", "/connection/t")
    private static let badStream = RawRequest("GET", "/connection/%00")
    /// Far more than one read brings.
    private static let longPublish = RawRequest.post(BadPublishes.body(of: 300_000))

    private static let orders: [(what: String, requests: [RawRequest], statuses: [Int])] = [
        ("good ones", [publish, health, publish, RawRequest("GET", "/users/t/alarms")], [201, 200, 201, 200]),
        ("a bad one among good ones", [publish, .post("{"), publish], [201, 400, 201]),
        ("a refused stream before a publish", [badStream, publish], [400, 201]),
        ("a refused stream between publishes", [publish, badStream, publish], [201, 400, 201]),
        ("a long publish behind a refused stream", [publish, badStream, longPublish, health], [201, 400, 201, 200]),
        ("two refused streams", [publish, badStream, badStream, publish], [201, 400, 400, 201]),
        (
            "a hundred requests behind a refused stream",
            [publish, badStream] + Array(repeating: health, count: 100), [201, 400] + Array(repeating: 200, count: 100)
        ),
        ("a stream that stays replaced", [publish, replaced, publish], [201, 204, 201]),
        ("HEAD of a stream", [RawRequest("HEAD", "/connection/t"), publish], [200, 201]),
        ("a body that is too long", [.post(BadPublishes.body(of: 2_000_000)), publish], [413, 201]),
        ("blank lines before a request", [health, blank(publish)], [200, 201]),
    ]

    private static var replaced: RawRequest { RawRequest("GET", "/connection/t", fields: ["Last-Event-ID: replaced"]) }

    private static func blank(_ request: RawRequest) -> RawRequest {
        var copy = request
        copy.wholeBytes = Array("\r\n".utf8) + request.bytes
        return copy
    }

    @Test("Requests that come in one piece are answered in their order", arguments: orders.indices)
    func order(_ index: Int) async throws {
        let (_, requests, statuses) = Self.orders[index]
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            connection.sendAnyway(requests.flatMap(\.bytes))
            for (request, status) in zip(requests, statuses) {
                #expect(
                    try await connection.response(to: request.method).status == status, "\(Self.orders[index].what)")
            }
        }
    }

    @Test("A stream starts when the answers before it are complete, and hears what comes then")
    func streamBehindPublish() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.publish.bytes + Self.stream.bytes)
            let id = try await connection.response(to: "POST").json(TestServer.Published.self).id
            let reader = try await EventReader(on: connection)
            let opening = try await reader.event()
            #expect(opening.name == "position")
            let next = try await server.publish(#"{"user":"t","data":"next"}"#)
            // Its event loop may have heard of the first one before or after the stream began.
            var event = try await reader.event()
            if event.id == id { event = try await reader.event() }
            #expect(event.id == next)
        }
    }

    @Test("A stream waits behind a publish that the journal keeps waiting")
    func streamWaits() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.publish.bytes + Self.stream.bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            #expect(server.hub.streamCount == 0)
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            _ = try await EventReader(on: connection).event()
            #expect(server.hub.streamCount == 1)
        }
    }

    @Test(
        "What a client sends after its stream began is dropped", arguments: [publish, stream, .post("{"), longPublish])
    func afterTakeover(_ request: RawRequest) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.stream.bytes + request.bytes)
            let reader = try await EventReader(on: connection)
            #expect(try await reader.event().name == "position")
            try await connection.send(request.bytes + [0, 1, 2, 3, 0xFF])
            let id = try await server.publish(#"{"user":"t","data":"only this"}"#)
            #expect(try await reader.event().id == id)
            #expect(server.hub.streamCount == 1)
            let list = try await server.answer(to: RawRequest("GET", "/users/t/alarms"))
            #expect(try list.json(Page.self).alarms.map(\.id) == [id])
        }
    }

    private struct Page: Decodable {
        struct Item: Decodable {
            let id: String
        }

        let alarms: [Item]
    }

    @Test(
        "Bytes that are no HTTP are answered after all that was asked before them, and end the connection",
        arguments: [
            [publish], [publish, health], [publish, badStream], [badStream], [replaced, publish],
        ])
    func garbageBehind(_ requests: [RawRequest]) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(requests.flatMap(\.bytes) + Array("nonsense\r\n\r\n".utf8) + Self.publish.bytes)
            for request in requests {
                #expect(try await connection.response(to: request.method).values(of: "Connection").isEmpty)
            }
            let last = try await connection.response()
            #expect(last.status == 400)
            #expect(last.values(of: "Connection") == ["close"])
            let rest = try await connection.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
        }
    }

    @Test("Bytes that are no HTTP do not harm a stream that was asked for before them")
    func garbageBehindStream() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.publish.bytes + Self.stream.bytes + Array("nonsense\r\n\r\n".utf8))
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            _ = try await EventReader(on: connection).event()
        }
    }
}
