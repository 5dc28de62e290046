import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct StreamEndTests {
    private static let alarm = #"{"user":"t","data":1}"#

    enum Leaving: CaseIterable {
        /// The client closes its side only.
        case finish
        case close
        case reset
    }

    @Test(
        "A stream whose client leaves gives back its place, its claim and its membership at once",
        arguments: Leaving.allCases)
    func clientLeaves(_ leaving: Leaving) async throws {
        let registry = RecordingRegistry()
        try await StreamListener.listening {
            $0.registry = registry
        } _: { server in
            let reader = try await EventReader(to: server, "/connection/t?client=a")
            let other = try await EventReader(to: server, "/connection/t")
            _ = try await reader.event()
            _ = try await other.event()
            #expect(registry.held == 1)
            #expect(try await server.streams() == 2)
            switch leaving {
            case .finish: try await reader.connection.finish()
            case .close: try await reader.connection.close()
            case .reset: try await reader.connection.reset()
            }
            try await server.eventually("the end of the stream") { $0.hub.streamCount == 1 }
            #expect(registry.held == 0)
            #expect(try await server.streams() == 1)
            let id = try await server.publish([.numbered(0, to: .everyone, bytes: 1)])
            #expect(try await other.event().id == id[0])
        }
    }

    @Test("So does a stream that was a later request of its connection", arguments: Leaving.allCases)
    func laterRequest(_ leaving: Leaving) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.alarm).bytes + RawRequest("GET", "/connection/t").bytes)
            #expect(try await connection.response(to: "POST").status == 201)
            _ = try await EventReader(on: connection).event()
            #expect(server.hub.streamCount == 1)
            switch leaving {
            case .finish: try await connection.finish()
            case .close: try await connection.close()
            case .reset: try await connection.reset()
            }
            try await server.eventually("the end of the stream") { $0.streamCount == 0 }
        }
    }

    @Test("A client that leaves before its stream began leaves nothing behind", arguments: Leaving.allCases)
    func leavesEarly(_ leaving: Leaving) async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(
                RawRequest.post(Self.alarm).bytes + RawRequest("GET", "/connection/t?client=a").bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            switch leaving {
            case .finish: try await connection.finish()
            case .close: try await connection.close()
            case .reset: try await connection.reset()
            }
            journal.open()
            // Its alarm was stored nevertheless.
            let reader = try await EventReader(to: server, "/connection/t?last_event_id=earliest")
            _ = try await reader.events(2)
            try await server.eventually("the end of all but the other stream") { $0.streamCount == 1 }
        }
    }

    @Test("A stream that is replaced is told so and ends; its browser's next request is answered 204")
    func replaced() async throws {
        try await TestServer.serving { server in
            let old = try await EventReader(to: server, "/connection/t?client=a")
            _ = try await old.event()
            let otherClient = try await EventReader(to: server, "/connection/t?client=b")
            let otherUser = try await EventReader(to: server, "/connection/u?client=a")
            let new = try await EventReader(to: server, "/connection/t?client=a&lang=ko")
            _ = try await new.event()
            let last = try await old.toEnd()
            #expect(last.map(\.text) == ["event: replaced\ndata: {}\nid: replaced"])
            for target in ["/connection/t?client=a", "/events?topic=x"] {
                let again = try await server.answer(to: RawRequest("GET", target, fields: ["Last-Event-ID: replaced"]))
                #expect(again.status == 204)
                #expect(again.values(of: "Content-Type").isEmpty)
            }
            try await server.publish(#"{"everyone":true,"data":1}"#)
            for reader in [otherClient, otherUser] {
                #expect(try await reader.events(2)[1].data == "1")
            }
            #expect(try await new.event().data == "1")
        }
    }

    @Test(
        "Of a hundred streams that claim one place at once exactly one stays",
        arguments: [("/connection/t?client=a", false), ("/connection/t", true)])
    func race(target: String, onlyLatest: Bool) async throws {
        try await TestServer.serving {
            $0.configuration.hub.maximumConnectionsPerUser = onlyLatest ? 1 : nil
            $0.eventLoops = 2
        } _: { server in
            let request = RawRequest("GET", target).bytes
            let connections = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        let connection = try await RawConnection(to: server.port)
                        try await connection.send(request)
                        // Each has been decided on when its head is here.
                        try await connection.wait(for: "a head") { bytes, _ in try RawResponse.head(bytes) != nil }
                        return connection
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await server.eventually("the end of all streams but one") { $0.streamCount == 1 }
            try await server.publish(#"{"user":"t","data":"survivor"}"#)
            let endings = Taken<[String: Int]>([:])
            for connection in connections {
                try await connection.wait(for: "its ending") { bytes, _ in
                    let text = String(decoding: bytes, as: UTF8.self)
                    guard let ending = Self.endings.first(where: { text.contains($0.sign) })?.name else { return false }
                    endings.change { $0[ending, default: 0] += 1 }
                    return true
                }
            }
            #expect(endings.value["survivor"] == 1)
            #expect(endings.value["replaced", default: 0] + endings.value["refused", default: 0] == 99)
        }
    }

    private static let endings = [
        (sign: "HTTP/1.1 204", name: "refused"), (sign: "id: replaced\n\n\r\n0\r\n\r\n", name: "replaced"),
        (sign: "data: survivor", name: "survivor"),
    ]

    @Test("A connection whose claim lost before its stream began can be used for the next")
    func lostClaim() async throws {
        let registry = SlowRegistry()
        try await StreamListener.listening {
            $0.registry = registry
        } _: { server in
            let loser = try await RawConnection(to: server.port)
            // The second request is on the same connection, for another place.
            try await loser.send(
                RawRequest("GET", "/connection/t?client=a").bytes + RawRequest("GET", "/connection/t?client=b").bytes)
            try await server.eventually("the first claim") { _ in registry.claims == 1 }
            registry.replaceFirst()
            let refused = try await loser.response()
            #expect(refused.status == 204)
            #expect(refused.values(of: "Vary") == ["Origin"])
            try await server.eventually("the second claim") { _ in registry.claims == 2 }
            // Only now the first is told what it claimed.
            registry.answerFirst()
            registry.answerSecond()
            let reader = try await EventReader(on: loser)
            #expect(try await reader.event().name == "position")
            #expect(server.hub.streamCount == 1)
            #expect(registry.released == [1])
            try await loser.close()
            try await server.eventually("the end of the stream") { $0.hub.streamCount == 0 }
            #expect(registry.released == [1, 2])
        }
    }
}
