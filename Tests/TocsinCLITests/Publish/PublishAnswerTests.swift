import Testing

@testable import TocsinCLI

@Suite struct PublishAnswerTests {
    private func answer(_ status: UInt, _ body: String) -> PublishAnswer {
        PublishAnswer(status: status, reason: "Reason", retryAfter: nil, body: Array(body.utf8))
    }

    @Test(arguments: [200, 201] as [UInt])
    func `the id of an alarm that is new or known`(status: UInt) throws {
        #expect(try answer(status, #"{"id":"1-2"}"#).id() == "1-2")
    }

    @Test(
        arguments: [
            (422, #"{"title":"T","detail":"it is wrong","pointer":"/event"}"#, "it is wrong (422 at /event)"),
            (422, #"{"title":"T","detail":"it is wrong","pointer":""}"#, "it is wrong (422)"),
            (503, #"{"title":"T","detail":"later"}"#, "later (503)"), (400, #"{"title":"T"}"#, "T (400)"),
            (502, "<html>", "the server answered 502 Reason; --server is perhaps not a tocsin server"),
            (404, "{}", "the server answered 404 Reason; --server is perhaps not a tocsin server"),
            (200, "<html>", "the answer 200 has no id; --server is perhaps not a tocsin server"),
            (302, "", "the server answered 302 Reason; --server is perhaps not a tocsin server"),
        ] as [(UInt, String, String)])
    func `a refusal is told in one line`(status: UInt, body: String, message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try answer(status, body).id() }
        #expect(failure == CommandFailure(message))
    }
}
