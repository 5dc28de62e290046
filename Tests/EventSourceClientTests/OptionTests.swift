import HTTPTypes
import ServerSentEvents
import SteppedClock
import Synchronization
import Testing

@testable import EventSourceClient

/// What can be chosen.
@Suite struct OptionTests {
    @Test("Method, body, header fields and the first last event id are sent with each attempt")
    func request() async throws {
        try await StreamServer.serving { server in
            let id = try EventID("abc")
            let source = EventSource(server.url) {
                $0.method = .post
                $0.body = Array(#"{"hello":"world"}"#.utf8)
                $0.headerFields = [.contentType: "application/json", .accept: "text/event-stream, */*;q=0.1"]
                $0.lastEventID = id
                $0.reconnectionTime = .zero
            }
            let reader = Task { for try await _ in source.events {} }
            for _ in 0..<2 {
                let connection = try await server.connection()
                let request = try await connection.request()
                #expect(request.line == "POST /stream HTTP/1.1")
                #expect(request.body == #"{"hello":"world"}"#)
                #expect(request["Content-Type"] == ["application/json"])
                #expect(request["Accept"] == ["text/event-stream, */*;q=0.1"])
                #expect(request["Last-Event-ID"] == ["abc"])
                try await connection.send(ServerConnection.streamHead)
                try await connection.close()
            }
            reader.cancel()
        }
    }

    @Test("Header fields are made anew for each attempt, and where that fails another attempt follows")
    func fieldsForAttempt() async throws {
        struct NoToken: Error {}
        let attempts = Mutex(0)
        try await StreamServer.serving { server in
            let source = EventSource(server.url) {
                $0.reconnectionTime = .zero
                $0.headerFields = [.authorization: "none", .userAgent: "test"]
                $0.headerFieldsForAttempt = {
                    let attempt = attempts.withLock { attempts in
                        attempts += 1
                        return attempts
                    }
                    if attempt == 2 { throw NoToken() }
                    return [.authorization: "Bearer \(attempt)"]
                }
            }
            let reader = Task { for try await _ in source.events {} }
            for attempt in [1, 3] {
                let connection = try await server.connection()
                let request = try await connection.request()
                #expect(request["Authorization"] == ["Bearer \(attempt)"])
                #expect(request["User-Agent"] == ["test"])
                try await connection.send(ServerConnection.streamHead)
                try await connection.close()
            }
            reader.cancel()
        }
    }

    @Test("A field that the source sets by itself cannot be another")
    func lastEventID() async throws {
        try await StreamServer.serving { server in
            let name = try #require(HTTPField.Name("last-event-id"))
            let source = EventSource(server.url) { $0.headerFields[name] = "mine" }
            let reader = Task { for try await _ in source.events {} }
            #expect(try await server.connection().request()["Last-Event-ID"].isEmpty)
            reader.cancel()
        }
    }

    @Test(
        "Statuses that may pass are asked again, after the time that the answer asks for",
        arguments: [("", 3), ("Retry-After: 20\r\n", 20), ("Retry-After: 1\r\n", 3), ("Retry-After: soon\r\n", 3)])
    func retriedStatuses(field: String, seconds: Int) async throws {
        try await StreamServer.serving { server in
            let clock = SteppedClock()
            let source = EventSource(server.url, clock) {
                $0.retriedStatuses = EventSource.Options.temporaryStatuses
            }
            var updates = source.updates.makeAsyncIterator()
            async let answer: Void = server.connection().answer("503 Service Unavailable", field)
            let wait = try await updates.wait()
            try await answer
            #expect(wait.time == .seconds(seconds))
            #expect(wait.error.code == .badStatus && wait.error.status == 503)
            async let passing: Void = clock.pass(wait.time)
            async let other: Void = server.connection().answer("404 Not Found")
            do {
                while try await updates.next() != nil {}
                Issue.record("it ended without an error")
            } catch let error as EventSourceError {
                #expect(error.status == 404)
            }
            await passing
            try await other
        }
    }

    @Test("What happens is told in order, and beside the loop too")
    func updates() async throws {
        try await StreamServer.serving { server in
            let clock = SteppedClock()
            let source = EventSource(server.url, clock)
            let states = Task { await source.states.reduce(into: []) { $0.append($1.description) } }
            let sending = Task {
                let (_, stream) = try await server.stream(":hi\nretry: 1000\ndata: a\n\n")
                try await stream.close()
                await clock.pass(.seconds(1))
                try await server.connection().answer("204 No Content")
            }
            var seen: [String] = []
            for try await update in source.updates {
                switch update {
                case .state(let state): seen.append(state.description)
                case .item(.comment(let text)): seen.append("comment \(text)")
                case .item(.reconnectionTime(let time)): seen.append("retry \(time.milliseconds)")
                case .item(.event(let event)): seen.append("event \(event.data)")
                }
            }
            try await sending.value
            let waiting = "waiting 1.0 seconds, because \(server.url) has ended the stream"
            #expect(
                seen == [
                    "connecting", "open", "comment hi", "retry 1000", "event a", waiting, "connecting", "closed",
                ])
            let observed = await states.value
            #expect(observed.suffix(4) == ["open", waiting, "connecting", "closed"] || observed == ["closed"])
            // Who asks later learns that it is over.
            #expect(await source.states.reduce(0) { count, _ in count + 1 } == 1)
        }
    }
}
