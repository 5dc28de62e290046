import Testing

@testable import TocsinBench

struct ResponseParserTests {
    /// What the parts of some responses come to: the status, the body and the end of each.
    private func heard(_ text: String, in size: Int) throws -> String {
        var parser = ResponseParser()
        var heard = ""
        try feed(text, in: size) { bytes in
            try parser.parse(bytes) { part in
                switch part {
                case .head(let status): heard += "\(status):"
                case .body(let bytes): heard += String(decoding: bytes, as: UTF8.self)
                case .end: heard += ";"
                }
            }
        }
        return heard
    }

    private static let responses = [
        (
            "HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n{id}HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n",
            "201:{id};503:;"
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1f\r\n0123456789abcdef0123456789abcde\r\n",
            "200:abc0123456789abcdef0123456789abcde"
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA;x=y\r\n\n123456\r\n\n\r\n0\r\nT: 1\r\n\r\n"
                + "HTTP/1.1 204 No\r\n\r\n",
            "200:\n123456\r\n\n;204:;"
        ),
        ("HTTP/1.1 200 OK\r\nDate: now\r\n\r\nuntil the end", "200:until the end"),
    ]

    @Test(arguments: responses, [1, 2, 7, 1000])
    func `responses are the same in whatever pieces they come`(response: (String, String), size: Int) throws {
        #expect(try heard(response.0, in: size) == response.1)
    }

    @Test func `what is not HTTP 1_1 is an error`() {
        #expect(throws: LoadError.self) { try heard("SSH-2.0-OpenSSH\r\n", in: 1000) }
    }
}
