import Testing

@testable import TocsinServer

@Suite struct BadRequestTests {
    private struct ToldProblem: Decodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let pointer: String?
    }

    private static let good = #"{"user":"t","data":"still here"}"#

    @Test(
        "A bad request is told what is wrong with it, and harms nobody",
        arguments: BadBodies.all + BadAlarms.all + BadPublishes.all + BadTargets.all + BadCallers.all + BadFraming.all)
    func refusal(_ bad: BadRequest) async throws {
        try await TestServer.serving { server in
            let stream = try await EventReader(to: server, "/connection/t")
            _ = try await stream.event()

            let connection = try await RawConnection(to: server.port)
            connection.sendAnyway(bad.bytes)
            let response = try await connection.response(to: bad.method)
            #expect(response.status == bad.status)
            #expect(response.values(of: "Content-Type") == ["application/problem+json"])
            #expect(response.values(of: "X-Content-Type-Options") == ["nosniff"])
            #expect(response.values(of: "Date").count == 1)
            let problem = try response.json(ToldProblem.self)
            #expect(problem.type == "urn:tocsin:problem:\(bad.kind)")
            #expect(problem.status == bad.status)
            #expect(problem.pointer == bad.pointer)
            #expect(!problem.title.isEmpty && !problem.detail.isEmpty)

            if bad.closes {
                #expect(response.values(of: "Connection") == ["close"])
                let rest = try await connection.rest()
                #expect(rest.bytes.isEmpty && rest.ending == .finished)
                try await server.publish(Self.good)
            } else {
                try await connection.send(RawRequest.post(Self.good).bytes)
                let answer = try await connection.response(to: "POST")
                #expect(answer.status == 201)
            }
            #expect(try await stream.event().data == "still here")
        }
    }

    @Test("What is just within the limits is taken")
    func limits() async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            let alarm = #"{"user":"t","data":1}"#
            let name = String(repeating: "x", count: 256)
            let fitting: [RawRequest] = [
                .post(BadPublishes.body(of: 1_048_576)),
                BadPublishes.chunked([#"{"user":"t","#, #""data":1}"#]),
                .post("[" + Array(repeating: alarm, count: 1000).joined(separator: ",") + "]"),
                .post(#"{"users":\#(BadPublishes.names(10_000)),"data":1}"#),
                .post(BadBodies.nested(63)),
                .post(#"{"user":"\#(name)","data":1,"key":"\#(name)","retry":500,"ttl":31536000}"#),
                .post(alarm, type: "Application/JSON ; charset=utf-8"),
                .post(alarm, host: "LOCALHOST.:5000"),
                .post(alarm, host: "[::1]:5000"),
                headOf(bytes: 16 << 10),
            ]
            for request in fitting {
                try await connection.send(request.bytes)
                let response = try await connection.response(to: "POST")
                #expect(response.status == 201, "\(request.head.prefix(200)) \(response.text)")
            }
            connection.sendAnyway(headOf(bytes: 16 << 10 + 1).bytes)
            #expect(try await connection.response(to: "POST").status == 431)
        }
    }

    /// A publish whose target, and names and values of fields, have so many bytes together.
    private func headOf(bytes count: Int) -> RawRequest {
        var request = RawRequest.post(#"{"user":"t","data":1}"#)
        let fields = request.fields.reduce(0) { $0 + $1.utf8.count - ": ".count }
        request.fields.append(
            "X-A: " + String(repeating: "x", count: count - fields - request.target.utf8.count - "X-A".count))
        return request
    }
}
