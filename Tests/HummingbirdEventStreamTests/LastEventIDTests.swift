import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdEventStream
import NIOCore
import Patience
import ServerSentEvents
import Testing

@Suite struct LastEventIDTests {
    static let cases: [(value: String?, id: String?)] = [
        (nil, nil),
        ("", nil),
        ("7", "7"),
        ("1795369672516-1", "1795369672516-1"),
        ("a b, c", "a b, c"),
        ("예약 é 👍", "예약 é 👍"),
    ]

    @Test(arguments: cases)
    func isTheValueOfTheHeader(value: String?, id: String?) throws {
        var request = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
        if let value { request.headerFields[.lastEventID] = value }
        let read = Request(head: request, body: RequestBody(buffer: ByteBuffer())).lastEventID
        #expect(read == (try id.map { try EventID($0) }))
    }

    @Test func anyBytesAreReadWithoutACrash() {
        for byte in UInt8.min...UInt8.max {
            var request = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
            request.headerFields.append(HTTPField(name: .lastEventID, lenientValue: [0x61, byte, 0x62]))
            let read = Request(head: request, body: RequestBody(buffer: ByteBuffer())).lastEventID
            #expect(read?.string.hasPrefix("a") == true)
        }
    }

    @Test func theFirstOfSeveralCounts() throws {
        var request = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
        for value in ["1", "2"] { request.headerFields.append(HTTPField(name: .lastEventID, value: value)) }
        let read = Request(head: request, body: RequestBody(buffer: ByteBuffer())).lastEventID
        #expect(read == (try EventID("1")))
    }

    @Test func isReadFromTheWire() async throws {
        let router = Router()
        router.get("/") { request, _ in request.lastEventID?.string ?? "none" }
        try await ServedApplication.with(router) { server in
            for (field, answer) in [
                ("last-event-id:  예약-7 ", "예약-7"), ("Last-Event-ID:", "none"), ("X: y", "none"),
            ] {
                let client = try await WireClient(to: server.port, fields: [field, "Connection: close"])
                try await eventually("the answer comes") { client.isEnded }
                #expect(client.text.hasSuffix("\r\n\r\n" + answer))
            }
        }
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    // The text is a token, as names of fields are.
    fileprivate static let lastEventID = Self("Last-Event-ID")!
}
