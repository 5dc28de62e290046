import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct LimitTests {
    private static let alarm = #"{"user":"t","data":1}"#
    private static let throughProxy = "X-Forwarded-For: 203.0.113."

    private static func trust(_ proxy: String) throws -> [AddressRange] {
        [try #require(AddressRange(proxy))]
    }

    @Test("A user's stream beyond the limit replaces the oldest, whose browser does not come back; other users stay")
    func perUser() async throws {
        try await TestServer.serving {
            $0.configuration.hub.maximumConnectionsPerUser = 2
            $0.eventLoops = 2
        } _: { server in
            let other = try await EventReader(to: server, "/connection/u")
            let topic = try await EventReader(to: server, "/events?topic=t")
            var readers: [EventReader] = []
            for target in [
                "/connection/t", "/connection/t?client=a", "/connection/t?topic=x", "/connection/t?client=b",
            ] {
                readers.append(try await EventReader(to: server, target))
                _ = try await readers[readers.count - 1].event()
            }
            for reader in readers.prefix(2) {
                let end = try await reader.toEnd()
                #expect(end.map(\.text) == ["event: replaced\ndata: {}\nid: replaced"])
            }
            try await server.eventually("the end of what was replaced") { $0.streamCount == 4 }
            // One that leaves makes room.
            try await readers[2].connection.close()
            try await server.eventually("the end of what has left") { $0.streamCount == 3 }
            readers.append(try await EventReader(to: server, "/connection/t"))
            _ = try await readers[4].event()
            try await server.publish(#"{"everyone":true,"data":2}"#)
            for reader in [readers[3], readers[4]] { #expect(try await reader.event().data == "2") }
            #expect(try await other.events(2)[1].data == "2")
            #expect(try await topic.event().name == "position")
        }
    }

    @Test("An address that has its streams is asked to come back; other addresses behind the proxy are not")
    func perAddress() async throws {
        let proxies = try Self.trust("127.0.0.1")
        try await TestServer.serving {
            $0.configuration.hub.maximumConnectionsPerAddress = 2
            $0.configuration.trustedProxies = proxies
        } _: { server in
            func open(_ client: Int) async throws -> EventReader {
                try await EventReader(to: server, "/connection/t", fields: [Self.throughProxy + "\(client)"])
            }
            let first = try await open(1)
            let second = try await open(1)
            for reader in [first, second] { _ = try await reader.event() }
            let request = RawRequest("GET", "/connection/t", fields: [Self.throughProxy + "1"])
            let connection = try await RawConnection(to: server.port)
            try await connection.send(request.bytes)
            let refusal = try await connection.response()
            #expect(refusal.status == 200)
            #expect(refusal.values(of: "Content-Type") == ["text/event-stream"])
            let retry = try #require(Int(refusal.text.trimmingPrefix("retry: ").trimmingCharacters()))
            #expect((5000...15_000).contains(retry))
            let rest = try await connection.rest()
            #expect(rest.bytes.isEmpty && rest.ending == .finished)
            #expect(server.hub.refusals[.connectionsPerAddress] == 1)
            #expect(try await open(2).event().name == "position")
            try await first.connection.close()
            try await server.eventually("the end of what has left") { $0.streamCount == 1 || $0.streamCount == 2 }
            #expect(try await open(1).event().name == "position")
        }
    }

    @Test("Without a trusted proxy a header does not make another client")
    func untrustedProxy() async throws {
        try await TestServer.serving {
            $0.configuration.hub.maximumConnectionsPerAddress = 1
        } _: { server in
            let reader = try await EventReader(to: server, "/connection/t", fields: [Self.throughProxy + "1"])
            _ = try await reader.event()
            let answer = try await server.answer(
                to: RawRequest("GET", "/connection/t", fields: [Self.throughProxy + "2"]))
            #expect(answer.text.hasPrefix("retry: "))
        }
    }

    @Test("Who publishes or withdraws too often is told when to come again; streams, lists and others are not")
    func publishRate() async throws {
        let proxies = try Self.trust("127.0.0.0/8")
        try await TestServer.serving {
            $0.configuration.publishRate = 1
            $0.configuration.trustedProxies = proxies
        } _: { server in
            let client = Self.throughProxy + "1"
            let methods = (0..<100).map { $0 % 2 == 0 ? "POST" : "DELETE" }
            let answers = try await Self.answers(to: methods, fields: [client], of: server)
            #expect(answers.prefix(5).map(\.status) == [201, 404, 201, 404, 201])
            let refused = answers.filter { $0.status == 429 }
            #expect(Set(zip(methods, answers).filter { $1.status == 429 }.map(\.0)).count == 2)
            #expect(server.hub.refusals[.publishRate] == refused.count)
            for refusal in refused {
                #expect(refusal.values(of: "Content-Type") == ["application/problem+json"])
                #expect(refusal.values(of: "Retry-After") == ["1"])
                #expect(refusal.text.contains("urn:tocsin:problem:too-many-requests"))
            }
            for target in ["/alarms/1-1", "/users/t/alarms", "/health"] {
                #expect(try await server.answer(to: RawRequest("GET", target, fields: [client])).status != 429)
            }
            let other = RawRequest.post(Self.alarm, fields: [Self.throughProxy + "2"])
            #expect(try await server.answer(to: other).status == 201)
            let stream = try await EventReader(to: server, "/connection/t", fields: [client])
            #expect(try await stream.event().name == "position")
        }
    }

    /// Sends requests all at once, so that on whatever machine they come faster than one a second.
    private static func answers(
        to methods: [String], fields: [String], of server: TestServer
    ) async throws -> [RawResponse] {
        let requests = methods.map { method in
            method == "POST" ? .post(alarm, fields: fields) : RawRequest(method, "/alarms/1-1", fields: fields)
        }
        let connection = try await RawConnection(to: server.port)
        try await connection.send(requests.flatMap(\.bytes))
        var answers: [RawResponse] = []
        for method in methods {
            answers.append(try await connection.response(to: method))
        }
        return answers
    }

    @Test("What is refused for its size is counted")
    func sizes() async throws {
        try await TestServer.serving {
            $0.configuration.maximumBody = 100
        } _: { server in
            let large = #"{"user":"t","data":"\#(String(repeating: "x", count: 100))"}"#
            let tooLarge = try await server.answer(to: .post(large))
            #expect(tooLarge.status == 413)
            let long = RawRequest("GET", "/health", fields: ["X: " + String(repeating: "x", count: 20_000)])
            let tooLong = try await server.answer(to: long)
            #expect(tooLong.status == 431)
            #expect(server.hub.refusals[.bodySize] == 1)
            #expect(server.hub.refusals[.headSize] == 1)
        }
    }

    @Test("What does not arrive in time is counted", arguments: ["", "GET /health HTT", "POST /alarms HTTP/1.1\r\nHo"])
    func slowness(sent: String) async throws {
        try await TestServer.serving {
            $0.limits.requestTimeout = .milliseconds(100)
        } _: { server in
            let slow = try await RawConnection(to: server.port)
            // On a busy machine the time is over before it is sent.
            slow.sendAnyway(Array(sent.utf8))
            _ = try await slow.rest()
            #expect(server.hub.refusals[.requestTimeout] == 1)
        }
    }
}

extension StringProtocol {
    fileprivate func trimmingCharacters() -> String {
        String(prefix { !$0.isNewline })
    }
}
