import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinServer

@Suite struct ProblemTests {
    /// One of each that a request or the server's state can cause.
    static let all: [Problem] = [
        .badRequest("invalid method"), .headTooLarge(limit: 16_384), .badPath("there is a bad escape"),
        .badQuery("there is a bad escape"), .badParameter("limit", "this is no number"), .notFound(path: "/nowhere"),
        .unknownAlarm("1-1"), .methodNotAllowed("PUT", allowed: ["POST"]), .withdrawn(.zero), .notWithdrawable(.zero),
        .unavailable("the disk is full"), .outcomeUnknown, .internalError,
        .badHost("there is no Host header"),
        .foreignHost("evil.example"), .foreignOrigin(["https://evil.example"]), .foreignOrigin(["null"]), .crossSite,
        .bodyTooLarge(limit: 1_048_576), .unsupportedContentType([]), .unsupportedContentType(["text/html"]),
        .tooManyRequests(rate: 10, retryAfter: 2), .tooManyAlarms(limit: 1000), .tooManyNames(limit: 10_000), .noAlarms,
        .wrongType(at: .root, expected: "a string"),
        .outOfRange(at: JSONPointer("ttl"), 1...2, unit: "seconds"),
        .unknownField(at: JSONPointer("nope"), known: ["user"]),
        .duplicateField(at: JSONPointer("user")), .missingAddress, .missingContent,
        .severalAddresses(at: JSONPointer("topic")),
        .empty(at: JSONPointer("users"), expected: "name"), .badLanguage(at: JSONPointer("x y")),
        .badName(at: JSONPointer("user"), InvalidName(reason: .empty)),
        .badEvent(at: JSONPointer("event"), InvalidEventName(reason: .empty)), .badHeaderKey("there are two"),
        Problem(JSONError(reason: .malformed(expected: "a value"), offset: 0)),
        Problem(JSONError(reason: .notUTF8, offset: 0)),
        Problem(JSONError(reason: .tooDeep, offset: 64)), Problem(JSONError(reason: .loneSurrogate, offset: 1)),
        .severalTokens("in two cookies"), .missingToken, .invalidToken(.signature), .invalidToken(.unknownKey("a")),
        .missingPermission(toListenTo: .everyone, of: Holder()), .missingPermission(toListenTo: .everyone, of: key),
        .missingPermission(toPublishTo: .everyone, of: Holder(), at: JSONPointer("everyone")),
        .missingPermission(toPublishTo: .everyone, of: key, at: JSONPointer("everyone")), .missingPublishing,
        .missingAdmin(of: Holder()), .missingAdmin(of: key),
        .missingOrigin, .noAccessRules, .missingRevocation, .severalRevocations(at: JSONPointer("jti")),
        .missingField("name", of: "an API key"),
        Problem(.badPermission, "there is none such", at: JSONPointer("publish")),
        .notKept(JournalError(code: .unavailable, message: "the disk is full")),
        .notKept(JournalError(code: .outcomeUnknown, message: "the disk failed")),
        Problem(.tooManyRecords, "there are too many"),
        Problem(.keyExists, "there is one"),
    ]

    @Test("A problem tells its type, title, status, detail and pointer")
    func body() {
        let problem = Problem.unknownField(at: JSONPointer("a/b"), known: ["user", "data"]).prefixed(by: 1)
        #expect(
            String(decoding: problem.body, as: UTF8.self)
                == #"{"type":"urn:tocsin:problem:unknown-field","title":"Unknown field","status":422,"#
                + #""detail":"an alarm has no such field, only user, data","pointer":"/1/a~1b"}"#
        )
        #expect(problem.description == "422 Unknown field at /1/a~1b: an alarm has no such field, only user, data")
    }

    @Test("A problem without a place in the body has no pointer")
    func noPointer() {
        #expect(!String(decoding: Problem.noAlarms.prefixed(by: 1).body, as: UTF8.self).contains(#""pointer":"""#))
        #expect(String(decoding: Problem.noAlarms.body, as: UTF8.self).hasSuffix(#","pointer":""}"#))
        #expect(!String(decoding: Problem.outcomeUnknown.prefixed(by: 1).body, as: UTF8.self).contains("pointer"))
    }

    @Test("Every problem says in one line what is wrong", arguments: all)
    func details(problem: Problem) throws {
        #expect((400...599).contains(problem.status))
        #expect(!problem.detail.isEmpty && !problem.detail.contains { $0.isNewline })
        #expect(problem.detail.first?.isUppercase == false && problem.detail.last != ".")
        #expect(!problem.kind.title.isEmpty)
        #expect(
            problem.kind.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        )
        #expect(try Content(json: problem.body) == .json(String(decoding: problem.body, as: UTF8.self)))
    }

    private static let key = Holder(key: try? Name("ci"))

    @Test("An API key is told what it may not, and that it can never listen")
    func apiKeys() {
        let listening = Problem.missingPermission(toListenTo: .everyone, of: Self.key)
        #expect(listening.detail == "the API key ci cannot listen, as no API key can; show a token")
        let publishing = Problem.missingPermission(toPublishTo: .everyone, of: Self.key, at: JSONPointer("everyone"))
        #expect(
            publishing.detail == "the API key ci may not publish to everyone; add another with 'tocsin key add'")
        #expect(listening.status == 403 && publishing.status == 403)
        #expect(listening.isPersonal && publishing.isPersonal)
    }

    @Test("Problems of one kind have one status, and kinds have names of their own")
    func kinds() {
        let kinds = Set(Self.all.map(\.kind))
        #expect(Set(kinds.map(\.uri)).count == kinds.count)
    }

    @Test("What a request sends is not repeated at length")
    func bounds() {
        let long = String(repeating: "x", count: 10_000)
        let problems: [Problem] = [
            .notFound(path: long), .unknownAlarm(long), .methodNotAllowed(long, allowed: ["GET"]), .foreignHost(long),
            .foreignOrigin([long]), .unsupportedContentType([long]),
        ]
        for problem in problems { #expect(problem.detail.utf8.count < 1000) }
    }

    @Test("A method that is not allowed names those that are")
    func allow() {
        let problem = Problem.methodNotAllowed("PUT", allowed: ["GET", "HEAD"])
        #expect(problem.allowedMethods == ["GET", "HEAD"])
        #expect(problem.detail == "the method PUT is not for this path; use GET or HEAD")
    }
}
