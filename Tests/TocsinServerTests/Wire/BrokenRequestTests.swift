import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct BrokenRequestTests {
    private static let alarm = #"{"user":"t","data":1}"#

    /// Requests that break off, each at another place.
    private static let halves: [(what: String, sent: String)] = {
        let publish = RawRequest.post(alarm)
        let chunked = BadPublishes.chunked([alarm])
        let lines = RawRequest.post("\(alarm)\n\(alarm)\n", type: "application/x-ndjson")
        let health = String(decoding: RawRequest("GET", "/health").bytes, as: UTF8.self)
        return [
            ("half a request line", "GET /conn"),
            ("half a head", "GET /connection/t HTTP/1.1\r\nHost: loc"),
            ("a head without its end", String(RawRequest("GET", "/connection/t").head.dropLast(2))),
            ("a head without its body", publish.head),
            ("half a body", publish.head + alarm.prefix(10)),
            ("a whole line of a longer body", lines.head + "\(alarm)\n"),
            ("half a chunk", chunked.head + "f\r\n{\"user\""),
            ("chunks without the last", chunked.head + String(decoding: chunked.body.dropLast(5), as: UTF8.self)),
            ("half a head behind a request", health + "GET /conn"),
            ("half a body behind a request", health + publish.head + alarm.prefix(10)),
        ]
    }()

    private enum Giving: CaseIterable {
        /// The client ends its side and still reads.
        case finish
        case reset
        case close
    }

    @Test("A request that breaks off publishes nothing and harms nobody", arguments: halves.indices, [0, 1, 2])
    func breaksOff(_ index: Int, _ way: Int) async throws {
        let (_, sent) = Self.halves[index]
        try await TestServer.serving { server in
            let stream = try await EventReader(to: server, "/connection/t")
            _ = try await stream.event()
            let connection = try await RawConnection(to: server.port)
            try await connection.send(sent)
            switch Giving.allCases[way] {
            case .finish:
                try await connection.finish()
                if sent.contains("/health") {
                    #expect(try await connection.response().status == 200)
                }
                let answer = try await connection.response()
                #expect(answer.status == 400)
                #expect(answer.values(of: "Content-Type") == ["application/problem+json"])
                #expect(try await connection.rest().bytes.isEmpty)
            case .reset:
                try await connection.reset()
            case .close:
                try await connection.close()
            }
            let id = try await server.publish(#"{"user":"t","data":2}"#)
            #expect(try await stream.event().id == id)
        }
    }

    @Test("A connection on which nothing was asked ends with its client's side")
    func nothingAsked() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.finish()
            let rest = try await connection.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
        }
    }

    @Test("A client that ends its side after its request is still answered")
    func endsItsSide() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.alarm).bytes)
            try await connection.finish()
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            journal.open()
            #expect(try await connection.response(to: "POST").status == 201)
            let rest = try await connection.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
        }
    }

    @Test("A publish whose client is gone is stored all the same", arguments: [false, true])
    func clientGone(isReset: Bool) async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            $0.journal = journal
        } _: { server in
            let stream = try await EventReader(to: server, "/connection/t")
            _ = try await stream.event()
            let connection = try await RawConnection(to: server.port)
            try await connection.send(RawRequest.post(Self.alarm).bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            if isReset { try await connection.reset() } else { try await connection.close() }
            journal.open()
            #expect(try await stream.event().data == "1")
        }
    }

    @Test("A request that does not arrive in time ends its connection, but no stream")
    func timeout() async throws {
        try await TestServer.serving {
            // Long enough for a busy machine to take a request in time.
            $0.limits.requestTimeout = .seconds(5)
        } _: { server in
            let stream = try await EventReader(to: server, "/connection/t")
            _ = try await stream.event()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sent in [""] + Self.halves.map(\.sent) {
                    group.addTask {
                        let connection = try await RawConnection(to: server.port)
                        if !sent.isEmpty { try await connection.send(sent) }
                        if sent.contains("/health") {
                            #expect(try await connection.response().status == 200)
                        }
                        let rest = try await connection.rest()
                        #expect(rest.bytes.isEmpty)
                    }
                }
                try await group.waitForAll()
            }
            let id = try await server.publish(Self.alarm)
            #expect(try await stream.event().id == id)
        }
    }

    @Test("A publish that the journal keeps waiting does not run out of its client's time")
    func slowJournal() async throws {
        let journal = GatedJournal()
        try await TestServer.serving {
            // Long enough for a busy machine to take a request in time.
            $0.limits.requestTimeout = .seconds(5)
            $0.journal = journal
        } _: { server in
            let publishing = try await RawConnection(to: server.port)
            try await publishing.send(RawRequest.post(Self.alarm).bytes)
            try await server.eventually("the publish") { _ in journal.arrived == 1 }
            // Another connection, opened later, runs out of it.
            #expect(try await RawConnection(to: server.port).rest().bytes.isEmpty)
            journal.open()
            #expect(try await publishing.response(to: "POST").status == 201)
        }
    }
}
