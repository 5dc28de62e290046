/// Requests of those who may not ask.
enum BadCallers {
    private static func called(_ what: String, _ host: String?, _ status: Int, _ kind: String) -> [BadRequest] {
        [
            BadRequest("\(what), to publish", .post(#"{"user":"t","data":1}"#, host: host), status, kind),
            BadRequest("\(what), for a stream", RawRequest("GET", "/connection/t", host: host), status, kind),
        ]
    }

    static let hosts =
        called("no Host", nil, 400, "bad-host")
        + called("an empty Host", "", 400, "bad-host")
        + called("a foreign Host", "evil.example", 421, "foreign-host")
        + called("a Host that begins right", "127.0.0.1.evil.example", 421, "foreign-host")
        + called("another IPv6 address", "[::2]:5000", 421, "foreign-host")
        + called("half an IPv6 address", "[::1", 400, "bad-host")
        + called("a Host with a user", "a@localhost", 400, "bad-host")
        + called("two Hosts in one", "localhost, evil.example", 400, "bad-host")
        + called("a port beyond the greatest", "localhost:65536", 400, "bad-host")
        + called("a port of letters", "localhost:http", 400, "bad-host")

    private static func from(_ what: String, _ fields: [String]) -> [BadRequest] {
        [
            BadRequest("\(what), to publish", .post(#"{"user":"t","data":1}"#, fields: fields), 403, "foreign-origin"),
            BadRequest(
                "\(what), for a stream", RawRequest("GET", "/events?topic=t", fields: fields), 403, "foreign-origin"),
            BadRequest(
                "\(what), for a list", RawRequest("GET", "/users/t/alarms", fields: fields), 403, "foreign-origin"),
        ]
    }

    static let origins =
        from("a page of elsewhere", ["Origin: https://evil.example"])
        + from("a page without origin", ["Origin: null"])
        + from("a page of two origins", ["Origin: http://localhost", "Origin: https://evil.example"])
        + from("a page of another site without Origin", ["Sec-Fetch-Site: cross-site"])
        + [
            BadRequest(
                "a page of another port of this machine, to publish",
                .post(#"{"user":"t","data":1}"#, fields: ["Origin: http://localhost:3000"]), 403, "foreign-origin"),
            BadRequest(
                "a preflight of elsewhere",
                RawRequest(
                    "OPTIONS", "/alarms",
                    fields: ["Origin: https://evil.example", "Access-Control-Request-Method: POST"]),
                403, "foreign-origin"),
        ]

    static let targets =
        ["/alarms/1-1", "/connection/t"].flatMap { path in
            [
                BadRequest(
                    "two Hosts for \(path)", RawRequest("GET", path, fields: ["Host: localhost"]), 400, "bad-host"),
                BadRequest(
                    "a foreign target for \(path) with the right Host", RawRequest("GET", "http://evil.example\(path)"),
                    400,
                    "bad-host"),
                BadRequest(
                    "a foreign target for \(path)",
                    RawRequest("GET", "http://evil.example\(path)", host: "evil.example"), 421,
                    "foreign-host"),
            ]
        }
        + [
            BadRequest(
                "HTTP/1.0 without Host", RawRequest("GET", "/connection/t", version: "HTTP/1.0", host: nil), 400,
                "bad-host",
                closes: true)
        ]

    static let all = hosts + origins + targets
}
