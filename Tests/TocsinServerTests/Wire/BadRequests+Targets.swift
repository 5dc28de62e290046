/// Paths, queries and methods that there are not.
enum BadTargets {
    private static func get(_ what: String, _ target: String, _ status: Int, _ kind: String) -> BadRequest {
        BadRequest(what, RawRequest("GET", target), status, kind)
    }

    private static let long = String(repeating: "x", count: 257)

    static let paths = [
        get("a path with nothing there", "/nowhere", 404, "not-found"),
        get("a slash too many at the end", "/health/", 404, "not-found"),
        get("a slash too many at the start", "//health", 404, "not-found"),
        get("a dot segment", "/./health", 404, "not-found"),
        get("a path that climbs", "/connection/../../etc/passwd", 404, "not-found"),
        get("a stream of nobody", "/connection/", 404, "not-found"),
        get("a stream without a user", "/connection", 404, "not-found"),
        get("a stream with a segment too many", "/connection/a/b", 404, "not-found"),
        get("a list of nobody", "/users//alarms", 404, "not-found"),
        get("an id that is none", "/alarms/zzz", 404, "unknown-alarm"),
        get("an id that nothing has", "/alarms/1-1", 404, "unknown-alarm"),
        get("an id beyond 64 bits", "/alarms/18446744073709551616-1", 404, "unknown-alarm"),
        get("an id with a leading zero", "/alarms/01-1", 404, "unknown-alarm"),
        get("an escape that is none", "/alarms/%zz", 400, "bad-path"),
        get("an escape that is cut off", "/alarms/1%2", 400, "bad-path"),
        get("an escape that is not UTF-8", "/alarms/%ff", 400, "bad-path"),
        get("a surrogate in escapes", "/connection/%ED%A0%80", 400, "bad-path"),
        get("a user of NUL", "/connection/%00", 400, "bad-parameter"),
        get("a field smuggled into a user", "/connection/a%0D%0ASet-Cookie:%20a=b", 400, "bad-parameter"),
        get("a user of 257 bytes", "/connection/\(long)", 400, "bad-parameter"),
        get("a topic of 257 bytes", "/topics/\(long)/alarms", 400, "bad-parameter"),
        get("a control character in a list", "/users/%7f/alarms", 400, "bad-parameter"),
    ]

    static let queries = [
        get("no topic", "/events", 400, "bad-parameter"),
        get("an empty topic", "/events?topic=", 400, "bad-parameter"),
        get("101 topics", "/events?" + (0...100).map { "topic=\($0)" }.joined(separator: "&"), 400, "bad-parameter"),
        get("a topic of 257 bytes in a query", "/connection/t?topic=\(long)", 400, "bad-parameter"),
        get("a topic with a line break", "/events?topic=a%0ab", 400, "bad-parameter"),
        get("a topic that is not UTF-8", "/events?topic=%ff", 400, "bad-parameter"),
        get("a query with half an escape", "/events?topic=a%2", 400, "bad-parameter"),
        get("an empty client", "/connection/t?client=", 400, "bad-parameter"),
        get("two clients", "/connection/t?client=a&client=b", 400, "bad-parameter"),
        get("two resume points", "/connection/t?last_event_id=1-1&lastEventId=1-1", 400, "bad-parameter"),
        get("a limit of zero", "/users/t/alarms?limit=0", 400, "bad-parameter"),
        get("a limit beyond the greatest", "/users/t/alarms?limit=1001", 400, "bad-parameter"),
        get("a limit with a sign", "/users/t/alarms?limit=%2B5", 400, "bad-parameter"),
        get("a limit beyond 64 bits", "/users/t/alarms?limit=99999999999999999999", 400, "bad-parameter"),
        get("two limits", "/users/t/alarms?limit=5&limit=5", 400, "bad-parameter"),
        get("an order that is none", "/topics/t/alarms?order=up", 400, "bad-parameter"),
    ]

    static let methods =
        [
            ("PUT", "/alarms"), ("GET", "/alarms"), ("DELETE", "/alarms"), ("POST", "/connection/t"),
            ("PATCH", "/events"),
            ("POST", "/alarms/1-1"), ("POST", "/health"), ("TRACE", "/users/t/alarms"), ("OPTIONS", "/alarms"),
            ("PROPFIND", "/"),
        ].map { BadRequest("\($0.0) \($0.1)", RawRequest($0.0, $0.1), 405, "method-not-allowed") }
        + [
            BadRequest("OPTIONS *", RawRequest("OPTIONS", "*"), 404, "not-found"),
            BadRequest("DELETE of nothing", RawRequest("DELETE", "/alarms/1-1"), 404, "unknown-alarm"),
        ]

    static let all = paths + queries + methods
}
