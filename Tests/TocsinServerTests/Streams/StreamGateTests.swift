import NIOHTTP1
import Testing

@testable import TocsinServer

@Suite struct StreamGateTests {
    private let gate: StreamGate

    init() throws {
        let access = try AccessPolicy(host: "127.0.0.1", corsOrigins: ["https://app.example"])
        gate = StreamGate(access: access, observer: .silent)
    }

    private func decide(_ target: String, _ fields: [(String, String)]) throws -> StreamGate.Decision {
        let headers = HTTPHeaders([("Host", "localhost")] + fields)
        return gate.decide(try #require(StreamTarget("GET", target))) { headers[$0] }
    }

    @Test("An allowed page's stream has its origin in every answer")
    func fields() throws {
        let origin = [("Origin", "https://app.example")]
        guard case .open(_, _, let fields) = try decide("/connection/t", origin) else {
            Issue.record("it is no stream")
            return
        }
        let stream = StreamGate.head(with: fields)
        #expect(stream["Access-Control-Allow-Origin"] == ["https://app.example"])
        #expect(stream["Vary"] == ["Origin"])
        #expect(stream["Content-Type"] == ["text/event-stream"])
        for (target, status) in [
            ("/connection/%00", 400), ("/events", 400), ("/connection/t?last_event_id=replaced", 204),
        ] {
            guard case .answer(let answer) = try decide(target, origin) else {
                Issue.record("\(target) is a stream")
                return
            }
            #expect(answer.status.code == status)
            #expect(answer.headers["Access-Control-Allow-Origin"] == ["https://app.example"])
            #expect(answer.headers["Content-Type"] == (status == 204 ? [] : ["application/problem+json"]))
        }
    }

    @Test("Who may not ask is refused before anything else is looked at")
    func refusal() throws {
        for fields in [[("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")]] {
            guard case .answer(let answer) = try decide("/connection/%00", fields) else {
                Issue.record("it is a stream")
                return
            }
            #expect(answer.status == .forbidden)
            #expect(answer.headers["Access-Control-Allow-Origin"].isEmpty)
        }
    }
}
