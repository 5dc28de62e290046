import Testing
import TocsinMetrics

@testable import Tocsin
@testable import TocsinServer

/// `/metrics` after a known course of things has these numbers and no others.
@Suite struct MetricsRouteTests {
    private struct Metrics {
        let text: String
        private let values: [String: Double]

        init(of server: TestServer) async throws {
            try self.init(try await server.answer(to: RawRequest("GET", "/metrics")))
        }

        init(_ response: RawResponse) throws {
            try #require(response.status == 200)
            #expect(response.values(of: "Content-Type") == ["text/plain; version=0.0.4; charset=utf-8"])
            #expect(response.values(of: "Cache-Control") == ["no-store"])
            text = response.text
            var values: [String: Double] = [:]
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                let space = try #require(line.lastIndex(of: " "))
                #expect(values[String(line[..<space])] == nil, "twice: \(line)")
                let value: Double = try #require(Double(line[line.index(after: space)...]), "\(line)")
                values[String(line[..<space])] = value
            }
            self.values = values
        }

        subscript(_ series: String) -> Double? { values[series] }

        /// The series of a metric that are not 0.
        func counted(_ name: String) -> [String: Double] {
            values.filter { $0.key.hasPrefix(name + "{") && $0.value != 0 }
        }
    }

    @Test("Publishes, deliveries and requests are counted exactly")
    func scenario() async throws {
        try await TestServer.serving { server in
            let readers = [
                try await EventReader(to: server, "/connection/a"), try await EventReader(to: server, "/connection/b"),
            ]
            for reader in readers { _ = try await reader.event() }
            let first = try await server.publish(#"{"everyone":true,"data":"one"}"#)
            try await server.publish(#"{"user":"a","data":"two","key":"k"}"#)
            #expect(try await server.answer(to: .post(#"{"user":"a","data":"two","key":"k"}"#)).status == 200)
            #expect(try await server.answer(to: .post(#"[{"user":"b","data":3},{"user":"c","data":4}]"#)).status == 201)
            #expect(try await server.answer(to: .post(#"{"user":"a"}"#)).status == 422)
            #expect(try await server.answer(to: .post("{}", host: "evil.example")).status == 421)
            #expect(try await server.answer(to: RawRequest("DELETE", "/alarms/\(first)")).status == 200)
            // What each has: one, two, withdrawn; one, 3, withdrawn.
            var bytes = 0
            for reader in readers {
                bytes += try await reader.events(3).reduce(0) { $0 + $1.text.utf8.count + 2 }
            }
            let late = try await EventReader(to: server, "/connection/c?last_event_id=\(first)")
            _ = try await late.events(3)
            let unknown = try await EventReader(to: server, "/connection/c?last_event_id=1-1")
            _ = try await unknown.events(2)
            #expect(try await server.answer(to: RawRequest("GET", "/events")).status == 400)
            #expect(try await server.answer(to: RawRequest("BREW", "/nowhere/tiaz")).status == 400)

            let metrics = try await Metrics(of: server)
            #expect(metrics[#"tocsin_streams{protocol="http/1.1"}"#] == 4)
            #expect(metrics[#"tocsin_streams_opened_total{protocol="http/1.1"}"#] == 4)
            #expect(metrics["tocsin_alarms_committed_total"] == 5)
            #expect(
                metrics.counted("tocsin_publish_requests_total") == [
                    #"tocsin_publish_requests_total{outcome="created"}"#: 3,
                    #"tocsin_publish_requests_total{outcome="known"}"#: 1,
                    #"tocsin_publish_requests_total{outcome="refused"}"#: 2,
                ])
            #expect(metrics["tocsin_delivered_events_total"] == 8)
            #expect(metrics["tocsin_delivery_latency_seconds_count"] == 6)
            let lateBytes = try #require(metrics["tocsin_delivered_bytes_total"]) - Double(bytes)
            #expect(lateBytes > 50 && lateBytes < 300)
            #expect(metrics["tocsin_commit_duration_seconds_count"] == 5)
            #expect(metrics["tocsin_commit_alarms_sum"] == 6)
            #expect(metrics[#"tocsin_catch_up_alarms_count{reason="resume"}"#] == 1)
            #expect(metrics[#"tocsin_catch_up_alarms_sum{reason="resume"}"#] == 2)
            #expect(metrics.counted("tocsin_resets_total") == [#"tocsin_resets_total{reason="unknown"}"#: 1])
            #expect(
                metrics.counted("tocsin_http_problems_total") == [
                    #"tocsin_http_problems_total{type="bad-parameter"}"#: 1,
                    #"tocsin_http_problems_total{type="bad-request"}"#: 1,
                    #"tocsin_http_problems_total{type="foreign-host"}"#: 1,
                    #"tocsin_http_problems_total{type="missing-field"}"#: 1,
                ])
            #expect(
                metrics.counted("tocsin_http_requests_total") == [
                    #"tocsin_http_requests_total{method="POST",route="/alarms",status="2xx"}"#: 4,
                    #"tocsin_http_requests_total{method="POST",route="/alarms",status="4xx"}"#: 2,
                    #"tocsin_http_requests_total{method="DELETE",route="/alarms/{id}",status="2xx"}"#: 1,
                    #"tocsin_http_requests_total{method="GET",route="/connection/{user}",status="2xx"}"#: 4,
                    #"tocsin_http_requests_total{method="GET",route="/events",status="4xx"}"#: 1,
                    #"tocsin_http_requests_total{method="other",route="unknown",status="4xx"}"#: 1,
                ])
            #expect(metrics[#"tocsin_http_request_duration_seconds_count{route="/alarms"}"#] == 6)
            #expect(metrics["tocsin_journal_alarms"] == 5)
            #expect(metrics["tocsin_journal_head"] == 5)
            #expect(metrics["tocsin_journal_floor"] == 0)
            #expect(metrics["tocsin_journal_failing"] == 0)
            #expect(metrics["tocsin_metrics_hidden"] == 0)
            #expect(!metrics.text.contains("tiaz") && !metrics.text.contains("nowhere"))
            let again = try await Metrics(of: server)
            #expect(again["tocsin_delivered_events_total"] == 8)
            let own = #"tocsin_http_requests_total{method="GET",route="/metrics",status="2xx"}"#
            #expect(again[own] == 1)
        }
    }

    @Test("How streams end, and that there were too many, is counted")
    func ends() async throws {
        try await TestServer.serving({ $0.configuration.hub.maximumConnections = 2 }) { server in
            let gone = try await EventReader(to: server, "/connection/a")
            _ = try await gone.event()
            try await gone.connection.close()
            try await server.eventually("the stream is over") { $0.streamCount == 0 }
            let old = try await EventReader(to: server, "/connection/a?client=x")
            _ = try await old.event()
            let new = try await EventReader(to: server, "/connection/a?client=x")
            _ = try await new.event()
            _ = try await old.toEnd()
            let other = try await EventReader(to: server, "/connection/b")
            _ = try await other.event()
            #expect(try await server.answer(to: RawRequest("GET", "/connection/c")).text.hasPrefix("retry: "))
            let metrics = try await Metrics(of: server)
            #expect(
                metrics.counted("tocsin_streams_ended_total") == [
                    #"tocsin_streams_ended_total{reason="left"}"#: 1,
                    #"tocsin_streams_ended_total{reason="replaced"}"#: 1,
                ])
            #expect(metrics[#"tocsin_streams{protocol="http/1.1"}"#] == 2)
            let refused = [#"tocsin_refused_total{reason="connections"}"#: 1.0]
            #expect(metrics.counted("tocsin_refused_total") == refused)
            #expect(try await Metrics(of: server).counted("tocsin_refused_total") == refused, "asked again")
        }
    }

    @Test("Streams of HTTP/2 are counted by themselves, and their connection once")
    func http2() async throws {
        try await TestServer.servingSecurely { server, _ in
            let client = try await HTTP2Client(to: server)
            let readers = [try await client.listen("/connection/a"), try await client.listen("/connection/b")]
            for reader in readers { _ = try await reader.event() }
            let answer = try await client.send("GET", "/metrics", fields: [("x-request-id", "mine")])
            let response = try await answer.response()
            #expect(response.values(of: "X-Request-ID") == ["mine"])
            #expect(readers[0].head.values(of: "X-Request-ID").count == 1)
            let metrics = try Metrics(response)
            #expect(metrics[#"tocsin_streams{protocol="h2"}"#] == 2)
            #expect(metrics[#"tocsin_streams{protocol="http/1.1"}"#] == 0)
            let opened = metrics.counted("tocsin_streams_opened_total")
            #expect(opened == [#"tocsin_streams_opened_total{protocol="h2"}"#: 2])
            #expect(metrics["tocsin_connections"] == 1)
        }
    }

    @Test("A journal that fails is told, with what waits for it, and so is one that does not answer")
    func failing() async throws {
        let journal = GatedJournal()
        try await TestServer.serving({ $0.journal = journal }) { server in
            let first = Task { try await server.answer(to: .post(#"{"user":"a","data":1}"#)) }
            try await server.eventually("the journal has it") { _ in journal.arrived == 1 }
            let second = Task { try await server.answer(to: .post(#"{"user":"a","data":2}"#)) }
            try await server.eventually("another waits") { $0.publisher.queue.requests == 1 }
            let waiting = try await Metrics(of: server)
            #expect(waiting["tocsin_publish_queue_requests"] == 1)
            #expect(try #require(waiting["tocsin_publish_queue_bytes"]) > 0)
            journal.fail(JournalError(code: .unavailable, message: "as the test says"))
            journal.open()
            #expect(try await [first.value.status, second.value.status] == [503, 503])
            let failing = try await Metrics(of: server)
            #expect(failing["tocsin_journal_failing"] == 1)
            #expect(failing["tocsin_publish_queue_requests"] == 0)
            #expect(failing[#"tocsin_publish_requests_total{outcome="unavailable"}"#] == 2)
        }
    }

    @Test("It answers only who calls the server by its name")
    func access() async throws {
        try await TestServer.serving { server in
            #expect(try await server.answer(to: RawRequest("GET", "/metrics", host: "evil.example")).status == 421)
            let foreign = RawRequest("GET", "/metrics", fields: ["Origin: https://evil.example"])
            #expect(try await server.answer(to: foreign).status == 403)
            let head = try await server.answer(to: RawRequest("HEAD", "/metrics"))
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(try await server.answer(to: RawRequest("POST", "/metrics")).status == 405)
        }
    }

    @Test("What is shown is in the catalog, with its labels, and the other way round, but for what the command adds")
    func catalog() async throws {
        try await TestServer.serving { server in
            _ = try await server.answer(to: RawRequest("GET", "/nowhere"))
            _ = try await Metrics(of: server)
            let lines = try await Metrics(of: server).text.split(separator: "\n")
            let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.dropFirst(7) }
            let expected = MetricCatalog.all.filter { $0.name != "tocsin_build_info" }
            #expect(Set(types.map(String.init)) == Set(expected.map { "\($0.name) \($0.kind.rawValue)" }))
            for metric in expected {
                let first = try #require(
                    lines.first { $0.hasPrefix(metric.name) && !$0.hasPrefix(metric.name + "_to") })
                let labels = first.split(separator: "{").dropFirst().first?.split(separator: "}").first ?? ""
                let names = labels.split(separator: ",").compactMap { $0.split(separator: "=").first.map(String.init) }
                #expect(names.filter { $0 != "le" } == metric.labels, "\(first)")
            }
        }
    }

    @Test("Latencies are added up by the buckets in which they are shown")
    func buckets() {
        #expect(DurationTally.bounds.map { Double($0) / 1e9 } == MetricDescription.durationBounds)
    }

    @Test("The name of each path in metrics is that of the table of routes")
    func labels() throws {
        for path in RoutePath.all {
            let target = try RequestTarget(path.template.replacing("{", with: "%7B").replacing("}", with: "%7D"))
            #expect(Route(target).template == path.template)
        }
        #expect(Set(RouteLabel.allCases.map(\.rawValue)).count == RouteLabel.allCases.count)
    }
}
