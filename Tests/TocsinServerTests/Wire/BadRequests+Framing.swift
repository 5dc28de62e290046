/// What is no HTTP/1.1, or not certainly one: after it nobody knows where the next request begins.
enum BadFraming {
    private static func get(_ lines: String...) -> String {
        "GET /health HTTP/1.1\r\nHost: localhost\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static func post(_ lines: String..., body: String) -> String {
        "POST /alarms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    static let lines = [
        BadRequest("garbage", sent: "\u{1}\u{2}\u{3}\r\n\r\n"),
        BadRequest("a TLS handshake", sent: tlsHello),
        BadRequest("HTTP/2 without asking", sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        BadRequest("the version 2.0", sent: "GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n"),
        BadRequest("the version 1.10", sent: "GET /health HTTP/1.10\r\nHost: localhost\r\n\r\n"),
        BadRequest("a version that is none", sent: "GET /health HTTQ/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("no version", sent: "GET /health\r\nHost: localhost\r\n\r\n"),
        BadRequest("a method in lower case", sent: "get /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("a method that nobody knows", sent: "ALARM /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("no method", sent: " /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("a target with a space", sent: "GET /connection/a b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("a target without a slash", sent: "GET health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("a NUL in the target", sent: "GET /connection/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest(
            "bytes in the target that are not ASCII", sent: "GET /connection/예 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest("a NUL in a field", sent: get("X-A: a\0b")),
        BadRequest("a CR alone in a field", sent: get("X-A: a\rX-B: b")),
        BadRequest("a space in a field's name", sent: get("X A: b")),
        BadRequest("a space before the colon", sent: get("X-A : b")),
        BadRequest("a field without a colon", sent: get("X-A")),
        BadRequest("a field without a name", sent: get(": b")),
    ]

    static let lengths = [
        BadRequest("a negative length", sent: post("Content-Length: -1", body: "{}")),
        BadRequest("a length with a sign", sent: post("Content-Length: +2", body: "{}")),
        BadRequest("a length of letters", sent: post("Content-Length: two", body: "{}")),
        BadRequest("a length beyond 64 bits", sent: post("Content-Length: 18446744073709551616", body: "{}")),
        BadRequest("two lengths", sent: post("Content-Length: 2", "Content-Length: 3", body: "{} ")),
        BadRequest("two lengths in one", sent: post("Content-Length: 2, 3", body: "{} ")),
        BadRequest(
            "a length and chunks", sent: post("Content-Length: 2", "Transfer-Encoding: chunked", body: "0\r\n\r\n")),
        BadRequest(
            "chunks and a length", sent: post("Transfer-Encoding: chunked", "Content-Length: 2", body: "0\r\n\r\n")),
        BadRequest("another encoding", sent: post("Transfer-Encoding: gzip", body: "{}")),
        BadRequest(
            "chunks that are not the last encoding", sent: post("Transfer-Encoding: chunked, gzip", body: "0\r\n\r\n")),
    ]

    static let chunks = [
        ("a chunk's size of letters", "xyz\r\n{}\r\n0\r\n\r\n"),
        ("a negative chunk", "-2\r\n{}\r\n0\r\n\r\n"),
        ("no chunk's size", "\r\n{}\r\n0\r\n\r\n"),
        ("a chunk's size beyond 64 bits", "10000000000000000\r\n{}\r\n0\r\n\r\n"),
        ("a chunk that is longer than it says", "2\r\n{}xx\r\n0\r\n\r\n"),
        ("a space before a chunk's size", " 2\r\n{}\r\n0\r\n\r\n"),
    ].map { BadRequest($0.0, sent: post("Transfer-Encoding: chunked", body: $0.1)) }

    static let heads = [
        BadRequest(
            "a target of 20,000 bytes", sent: "GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n", 431, "head-too-large"),
        BadRequest("a target that does not end", sent: "GET /\(long)", 431, "head-too-large"),
        BadRequest("a field of 20,000 bytes", sent: get("X-A: \(long)"), 431, "head-too-large"),
        BadRequest("a field that does not end", sent: "GET / HTTP/1.1\r\nX-A: \(long)", 431, "head-too-large"),
        BadRequest("a field's name of 20,000 bytes", sent: get("\(long): a"), 431, "head-too-large"),
        BadRequest(
            "2,000 short fields", sent: get((0..<2000).map { "X-\($0): 123456" }.joined(separator: "\r\n")), 431,
            "head-too-large"),
        BadRequest(
            "trailers of 20,000 bytes", sent: post("Transfer-Encoding: chunked", body: "0\r\nX-A: \(long)\r\n\r\n"),
            431,
            "head-too-large"),
    ]

    private static let long = String(repeating: "x", count: 20_000)

    /// The start of a handshake: a record of type 22, version 3.1, with a ClientHello.
    private static let tlsHello: [UInt8] =
        [0x16, 0x03, 0x01, 0x00, 0x40, 0x01, 0x00, 0x00, 0x3C, 0x03, 0x03] + Array(repeating: 0xA5, count: 58)

    static let all = lines + lengths + chunks + heads
}
