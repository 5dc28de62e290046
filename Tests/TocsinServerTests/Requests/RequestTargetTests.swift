import Testing
import TocsinWeb

@testable import TocsinServer

/// Header fields by name, whatever its case.
func header(_ fields: [(String, String)]) -> (String) -> [String] {
    { name in fields.filter { $0.0.lowercased() == name.lowercased() }.map(\.1) }
}

@Suite struct RequestTargetTests {
    @Test(
        "A path is split, and then its segments are decoded",
        arguments: [
            ("/", [""]), ("/connection/tiaz", ["connection", "tiaz"]), ("/connection/", ["connection", ""]),
            ("//", ["", ""]),
            ("/connection/%EC%A3%BC%EB%AC%B8%2F7", ["connection", "주문/7"]), ("/connection/주문", ["connection", "주문"]),
            ("/a+b", ["a+b"]),
            ("/a%2Bb%20c", ["a+b c"]), ("/a%3Fb?c", ["a?b"]), ("/%00", ["\0"]), ("/%ef%bf%bd", ["\u{FFFD}"]),
            ("/a/../b", ["a", "..", "b"]),
            ("http://localhost:5000/connection/t?x=1", ["connection", "t"]), ("HTTPS://h/a", ["a"]), ("http://h", [""]),
            ("http://h?q=1", [""]), ("*", ["*"]),
            ("/http://x", ["http:", "", "x"]), ("/%25zz", ["%zz"]),
            // What is one Character with the slash before it.
            ("/\u{301}/a", ["\u{301}", "a"]), ("http://h/\u{301}/a", ["\u{301}", "a"]),
            ("http://h/\u{200D}", ["\u{200D}"]),
        ]
    )
    func paths(text: String, segments: [String]) throws {
        let target = try RequestTarget(text)
        #expect(target.segments == segments)
    }

    @Test("The path is also kept as it was sent, without the query and the authority")
    func rawPath() throws {
        #expect(try RequestTarget("/a%20b?c=d").path == "/a%20b")
        #expect(try RequestTarget("http://h:1?c=d").path == "/")
        #expect(try RequestTarget("http://h:1/x").authority == "h:1")
        #expect(try RequestTarget("http://h:1/\u{301}?c=d").authority == "h:1")
        #expect(try RequestTarget("/x").authority == nil)
    }

    @Test(
        "A target that is malformed is refused",
        arguments: [
            "", "connection/t", "ftp://h/", "h:5000", "**", "/%", "/%4", "/%zz", "/%4g/x", "/%ff", "/%c0%af",
            "/%ed%a0%80", "/%C3", "/a%", "/\u{FFFD}",
            "/a#b", "/?a=b#c", "#", "http://h#a", "/?a=%zz", "/?%=1", "/?a=%ff", "/?x=\u{FFFD}", "?a=1",
            "/%f4%90%80%80",
        ]
    )
    func malformed(text: String) {
        let problem = #expect(throws: Problem.self) { try RequestTarget(text) }
        #expect(problem?.status == 400)
    }

    @Test(
        "A query's values are decoded, and + is a space there",
        arguments: [
            ("/?topic=a&topic=b", ["a", "b"]), ("/?topic=a+b%2Bc", ["a b+c"]), ("/?topic=a=b", ["a=b"]),
            ("/?topic", [""]), ("/?topic=", [""]),
            ("/?&&topic=1&", ["1"]), ("/?Topic=1", []), ("/?t%6Fpic=%EC%A3%BC", ["주"]), ("/?topic=a?b/c", ["a?b/c"]),
            ("/", []), ("/?", []),
            ("/?topic=a;topic=b", ["a;topic=b"]), ("http://h/?topic=1", ["1"]),
        ]
    )
    func queries(text: String, topics: [String]) throws {
        #expect(try RequestTarget(text).query.values(of: "topic") == topics)
    }

    @Test(
        "A path leads to its route",
        arguments: [
            ("/", .asset(.page), ["GET", "HEAD"]), ("/tocsin.js", .asset(.clientModule), ["GET", "HEAD"]),
            ("/health", .health, ["GET", "HEAD"]), ("/ready", .ready, ["GET", "HEAD"]),
            ("/metrics/", .unknown, []), ("/metrics", .metrics, ["GET", "HEAD"]),
            ("/openapi.yaml", .asset(.interface), ["GET", "HEAD"]), ("/events?topic=a", .topicStream, ["GET", "HEAD"]),
            ("/connection/t", .userStream(user: "t"), ["GET", "HEAD"]), ("/alarms", .alarms, ["POST"]),
            ("/alarms/1-2", .alarm(id: "1-2"), ["GET", "HEAD", "DELETE"]),
            ("/users/a%2Fb/alarms", .userAlarms(user: "a/b"), ["GET", "HEAD"]),
            ("/topics/t/alarms", .topicAlarms(topic: "t"), ["GET", "HEAD"]),
            ("/nowhere", .unknown, []), ("/connection", .unknown, []), ("/connection/", .unknown, []),
            ("/connection/a/b", .unknown, []), ("/alarms/", .unknown, []),
            ("/users/t", .unknown, []), ("/users//alarms", .unknown, []), ("/users/t/alarms/", .unknown, []),
            ("/users/t/alarm", .unknown, []), ("//", .unknown, []),
            ("/health/", .unknown, []), ("/events/x", .unknown, []), ("/Alarms", .unknown, []), ("*", .unknown, []),
            ("/connection%2Ft", .unknown, []),
        ] as [(String, Route, [String])]
    )
    func routes(text: String, route: Route, methods: [String]) throws {
        #expect(Route(try RequestTarget(text)) == route)
        #expect(route.methods == methods)
    }
}
