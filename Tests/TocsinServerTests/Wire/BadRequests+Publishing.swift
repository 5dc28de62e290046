/// What is wrong around the body of `POST /alarms`: its size, its type, its key.
enum BadPublishes {
    private static let alarm = #"{"user":"t","data":1}"#

    static let sizes = [
        BadRequest("a byte more than a body has", .post(body(of: 1_048_577)), 413, "body-too-large"),
        BadRequest(
            "a byte more than a body has, in chunks", chunked([body(of: 1_000_000), body(of: 48_577)]), 413,
            "body-too-large"),
        BadRequest(
            "1,001 alarms", .post("[" + Array(repeating: alarm, count: 1001).joined(separator: ",") + "]"), 413,
            "too-many-alarms"),
        BadRequest("10,001 names", .post(#"{"users":\#(names(10_001)),"data":1}"#), 413, "too-many-names"),
        BadRequest(
            "10,001 names in two alarms",
            .post(#"[{"users":\#(names(10_000)),"data":1},{"topic":"x","data":1}]"#), 413, "too-many-names"),
    ]

    static let types =
        [
            ("no content type", nil), ("HTML", "text/html"), ("a type that only begins right", "application/jsonx"),
            ("JSON of another kind", "application/problem+json"), ("a form", "application/x-www-form-urlencoded"),
            ("two types in one field", "application/json, application/json"), ("an empty type", ""),
        ].map { BadRequest($0.0, .post(alarm, type: $0.1), 415, "content-type") }
        + [
            BadRequest(
                "two content types", .post(alarm, fields: ["Content-Type: application/json"]), 415, "content-type")
        ]

    static let keys = [
        BadRequest("a header key for an array", keyed("[\(alarm)]", ["k"]), 422, "bad-key", at: "/key"),
        BadRequest(
            "a header key and another field", keyed(#"{"user":"t","data":1,"key":"a"}"#, ["b"]), 422, "bad-key",
            at: "/key"),
        BadRequest("two header keys", keyed(alarm, ["a", "a"]), 422, "bad-key", at: "/key"),
        BadRequest("an empty header key", keyed(alarm, [""]), 422, "bad-key", at: "/key"),
        BadRequest(
            "a header key of 257 bytes", keyed(alarm, [String(repeating: "k", count: 257)]), 422, "bad-key", at: "/key"),
        // Two such keys would be the same key, were they read as UTF-8 with a substitute.
        BadRequest("a header key in Latin-1", keyed(alarm, ["cl^-1"]).replacing("^", with: 0xE9), 400, "not-utf-8"),
    ]

    static let lines = [
        BadRequest("no line", .post("\n\r\n", type: "application/x-ndjson"), 422, "empty", at: ""),
        BadRequest(
            "a broken second line", .post("\(alarm)\n{\"user\":\n", type: "application/x-ndjson"), 400, "malformed-json"
        ),
        BadRequest(
            "two alarms on a line", .post("\(alarm) \(alarm)\n", type: "application/x-ndjson"), 400, "malformed-json"),
        BadRequest(
            "a wrong second line", .post("\(alarm)\n\n{\"user\":7,\"data\":1}", type: "application/x-ndjson"), 422,
            "wrong-type", at: "/1/user"),
    ]

    static let all = sizes + types + keys + lines

    /// An alarm of so many bytes.
    static func body(of count: Int) -> String {
        let frame = #"{"user":"t","data":""}"#
        return #"{"user":"t","data":""# + String(repeating: "x", count: count - frame.utf8.count) + "\"}"
    }

    static func names(_ count: Int) -> String {
        "[" + (0..<count).map { "\"u\($0)\"" }.joined(separator: ",") + "]"
    }

    /// A publish whose body is framed in chunks.
    static func chunked(_ pieces: [String]) -> RawRequest {
        var request = RawRequest(
            "POST", "/alarms", fields: ["Content-Type: application/json", "Transfer-Encoding: chunked"])
        for piece in pieces {
            request.body += Array("\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n".utf8)
        }
        request.body += Array("0\r\n\r\n".utf8)
        return request
    }

    private static func keyed(_ body: String, _ keys: [String]) -> RawRequest {
        .post(body, fields: keys.map { "Idempotency-Key: \($0)" })
    }
}
