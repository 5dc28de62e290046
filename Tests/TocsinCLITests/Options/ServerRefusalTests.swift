import AsyncHTTPClient
import NIOCore
import Testing

@testable import TocsinCLI

@Suite struct ServerRefusalTests {
    private func message(_ status: UInt, _ body: String, _ cure: RefusalCure = RefusalCure()) -> String {
        ServerRefusal.failure(status: status, reason: "Reason", body: Array(body.utf8), cure: cure).message
    }

    private func problem(_ type: String, _ detail: String) -> String {
        #"{"type":"urn:tocsin:problem:\#(type)","detail":"\#(detail)","pointer":""}"#
    }

    @Test func `a missing token is told with the options that give one, not with the fields of a request`() {
        let body = problem("missing-token", "this needs a token; send it as Authorization: Bearer")
        #expect(message(401, body) == "this needs a token (401); give --token or TOCSIN_TOKEN")
    }

    @Test func `a token that is worth nothing, or allows too little, is told with what a command knows of it`() {
        var cure = RefusalCure()
        #expect(message(403, problem("missing-permission", "no"), cure) == "no (403)")
        #expect(message(401, problem("invalid-token", "it expired"), cure) == "it expired (401)")
        cure.badToken = "get one"
        cure.littleToken = "make one"
        #expect(message(403, problem("missing-permission", "no"), cure) == "no (403); make one")
        #expect(message(401, problem("invalid-token", "it expired"), cure) == "it expired (401); get one")
        #expect(message(403, problem("foreign-host", "no"), cure) == "no (403)")
        #expect(message(403, #"{"type":"about:blank","detail":"no"}"#, cure) == "no (403)")
    }

    @Test(arguments: [
        ("http://a/alarms", "/alarms"), ("http://a/connection/tiaz", "/connection/tiaz"),
        ("http://a/b/alarms/", "/alarms"), ("http://a/events/", "/events"),
    ])
    func `the URL of a route is told to be none of a server, where that may be why`(server: String, path: String) throws
    {
        let cure = try ServerAccess(server: server, token: nil, environment: [:]).cure
        let advice = "; --server is the server's URL, perhaps without \(path)"
        #expect(message(405, problem("method-not-allowed", "no"), cure) == "no (405)\(advice)")
        #expect(message(404, problem("not-found", "no"), cure) == "no (404)\(advice)")
        #expect(message(404, "<html>", cure) == "the server answered 404 Reason\(advice)")
        #expect(message(422, problem("bad-name", "no"), cure) == "no (422)")
    }

    @Test(arguments: ["http://a", "http://a/", "http://a/b", "http://alarms", "http://a/my-alarms"])
    func `any other URL may be a server's`(server: String) throws {
        #expect(try ServerAccess(server: server, token: nil, environment: [:]).cure.surplusPath == nil)
    }

    @Test func `where a connection in the clear is closed, https is told of`() {
        let closed = ConnectionFailure(HTTPClientError.remoteConnectionClosed, server: "http://a", timeout: .seconds(1))
        #expect(
            closed.failure.message
                == "no answer from http://a (remote connection closed); start it with 'tocsin serve', name it with "
                + "--server, or, if it has a certificate, write https")
        let secure = ConnectionFailure(
            HTTPClientError.remoteConnectionClosed, server: "https://a", timeout: .seconds(1))
        #expect(!secure.failure.message.contains("write https"))
    }

    @Test(arguments: [
        (TokenCall(publish: ["user:tiaz"]), "make one with 'tocsin token --publish user:tiaz'"),
        (TokenCall(user: "a", subscribe: ["topic:b"]), "make one with 'tocsin token --user a --subscribe topic:b'"),
        (TokenCall(publish: ["*"], isAdmin: true), "make one with: tocsin token --publish '*' --admin"),
    ])
    func `a call of tocsin token can be copied`(call: TokenCall, advice: String) {
        #expect(call.advice == advice)
    }
}
