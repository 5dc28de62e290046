import InMemoryLogging
import Logging
import Metrics
import NIOConcurrencyHelpers
import Testing

@testable import Tocsin
@testable import TocsinServer

/// What the log of a running server says of requests.
@Suite struct RequestLogTests {
    private let handler: InMemoryLogHandler
    private let logger: Logger

    init() {
        var handler = InMemoryLogHandler()
        handler.logLevel = .trace
        self.handler = handler
        logger = Logger(label: "test") { [handler] _ in handler }
    }

    private var text: String {
        handler.entries.map { "\($0.level) \($0.message) \($0.metadata)" }.joined(separator: "\n")
    }

    private func serving(
        _ change: (inout TestServer.Options) -> Void = { _ in }, _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.serving(
            { options in
                options.logger = logger
                change(&options)
            }, body)
    }

    @Test("Nothing secret is logged at any level: no query, no token, no cookie, no body")
    func secrets() async throws {
        try await serving { server in
            let fields = [
                "Authorization: Bearer SECRET1", "Cookie: access_token=SECRET2", "X-Request-ID: SECRET 3",
                "Idempotency-Key: SECRET4",
            ]
            for target in [
                "/connection/tiaz?access_token=SECRET5&topic=SECRET6", "/users/tiaz/alarms?access_token=SECRET5",
                "/events?access_token=SECRET5", "/nowhere?access_token=SECRET5", "/alarms/1?%zz=SECRET5",
                "/connection/tiaz?topic=&access_token=SECRET5&access_token=%zz", "http://a b?SECRET5",
            ] {
                let connection = try await RawConnection(to: server.port)
                try await connection.send(RawRequest("GET", target, fields: fields).bytes)
                _ = try await connection.bytes(12)
            }
            _ = try await server.answer(to: .post(#"{"user":"a","data":"SECRET7"}"#, fields: fields))
            _ = try await server.answer(to: .post(#"{"user":"a","data":"SECRET7","SECRET8":1}"#, fields: fields))
            _ = try await server.answer(to: .post("SECRET7", host: "evil.example", fields: fields))
        }
        #expect(text.contains("/users/tiaz/alarms"))
        #expect(text.contains("evil.example"))
        #expect(!text.contains("SECRET"), "\(text)")
    }

    @Test("From the level info on no user is named, and every refused stream has a line with its id")
    func refused() async throws {
        try await serving({ $0.configuration.hub.maximumConnections = 1 }) { server in
            let open = try await EventReader(to: server, "/connection/ann")
            for (target, host) in [
                ("/connection/ann", "localhost"), ("/connection/ann", "evil.example"),
                ("/connection/ann?client=\(String(repeating: "x", count: 257))", "localhost"),
            ] {
                let response = try await server.answer(
                    to: RawRequest("GET", target, host: host, fields: ["X-Request-ID: id-of-\(host)"]))
                #expect(response.values(of: "X-Request-ID") == ["id-of-\(host)"])
            }
            _ = try await open.event()
        }
        let told = handler.entries.filter { $0.level >= .info }
        #expect(told.allSatisfy { !"\($0.message) \($0.metadata)".contains("ann") })
        // What was told of the server itself, as of its end, is at the level info.
        let lines = told.filter { $0.level > .info }
        #expect(lines.map(\.level) == [.notice, .notice, .notice])
        #expect(
            lines.map { "\($0.metadata["request"] ?? "")" }
                == ["id-of-localhost", "id-of-evil.example", "id-of-localhost"])
        #expect("\(lines[0].message)".contains("--max-connections"))
        #expect(lines[0].metadata["reason"] == "connections")
        #expect("\(lines[1].message)".contains("refused GET /connection/{user}: "))
        #expect("\(lines[1].message)".contains("--allowed-host evil.example"))
        #expect(lines[2].metadata["type"] == "bad-parameter")
    }

    @Test("Of a flood of refusals ten lines a second are logged, and those that were not are counted")
    func flood() throws {
        let now = NIOLockedValueBox(UInt64(0))
        let metrics = RequestMetrics(NOOPMetricsHandler.instance)
        let observer = RequestObserver(metrics, logger: logger) { now.withLockedValue(\.self) }
        func refuse() {
            let request = observer.began("GET", .unknown, id: [])
            observer.answered(request, path: "/", status: 421, problem: .foreignHost("evil.example"))
        }
        for _ in 0..<100 { refuse() }
        now.withLockedValue { $0 = 1_000_000_000 }
        refuse()
        let notices = handler.entries.filter { $0.level == .notice }
        #expect(notices.count == 11)
        #expect(notices.last?.metadata["omitted"] == "90")
    }

    @Test("Ordinary requests are logged at debug, with the id that the answer has")
    func ordinary() async throws {
        try await serving { server in
            let response = try await server.answer(to: RawRequest("GET", "/users/tiaz/alarms?limit=1"))
            let id = try #require(response.values(of: "X-Request-ID").first)
            let line = try #require(handler.entries.first { $0.metadata["request"] == "\(id)" })
            #expect(line.level == .debug)
            #expect(line.message == "answered GET /users/{user}/alarms")
            #expect(line.metadata["path"] == "/users/tiaz/alarms")
            #expect(line.metadata["status"] == "200")
        }
    }
}
