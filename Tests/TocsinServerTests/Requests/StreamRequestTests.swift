import Testing
import Tocsin

@testable import TocsinServer

@Suite struct StreamRequestTests {
    static func decide(_ text: String, _ fields: [(String, String)] = []) throws -> StreamRequest.Decision {
        let target = try RequestTarget(text)
        return try StreamRequest.decide(Route(target), target.query, header: header(fields))
    }

    static func request(_ text: String, _ fields: [(String, String)] = []) throws -> StreamRequest {
        guard case .open(let request) = try decide(text, fields) else { throw Unexpected() }
        return request
    }

    struct Unexpected: Error {}

    @Test("A user's stream is for the user, for everyone, and for its topics")
    func userStream() throws {
        let request = try Self.request("/connection/tiaz?topic=news&topic=a+b&topic=news&client=tab1&nope=1")
        let topics = [try Name("news"), try Name("a b")]
        #expect(request.user?.string == "tiaz" && request.topics == topics && request.client?.string == "tab1")
        #expect(request.addresses == [.user(try Name("tiaz")), .everyone, .topic(topics[0]), .topic(topics[1])])
        #expect(request.resume == .none && request.languages == .none)
    }

    @Test("A stream of topics is for these only")
    func topicStream() throws {
        let request = try Self.request("/events?topic=everyone")
        #expect(request.user == nil && request.client == nil)
        #expect(request.addresses == [.topic(try Name("everyone"))])
    }

    @Test(
        "The header says where to resume, else the query",
        arguments: [
            ("", nil, .none), ("?last_event_id=1-2", nil, .after("1-2")), ("?lastEventId=1-2", nil, .after("1-2")),
            ("?lastEventID=1-2", nil, .after("1-2")),
            ("?last_event_id=1-2", "3-4", .after("3-4")), ("?last_event_id=earliest", nil, .earliest),
            ("", "earliest", .earliest),
            ("?last_event_id=earliest", "3-4", .after("3-4")), ("?last_event_id=1-2", "", .after("1-2")),
            ("?last_event_id=", nil, .none), ("", "", .none),
            ("?last_event_id=&lastEventId=1-2", nil, .after("1-2")), ("", "nonsense", .after("nonsense")),
            ("?last_event_id=x%20y", nil, .after("x y")),
            ("?last_event_id=1-1&last_event_id=1-2", "3-4", .after("3-4")), ("?LAST_EVENT_ID=1-1", nil, .none),
            ("", "Earliest", .after("Earliest")),
        ] as [(String, String?, ResumePoint)]
    )
    func resume(query: String, last: String?, resume: ResumePoint) throws {
        let fields = last.map { [("last-event-id", $0)] } ?? []
        #expect(try Self.request("/connection/t" + query, fields).resume == resume)
    }

    @Test("A stream that was replaced stays so")
    func replaced() throws {
        #expect(try Self.decide("/connection/t", [("Last-Event-ID", "replaced")]) == .stayReplaced)
        #expect(try Self.decide("/connection/t?last_event_id=1-1", [("Last-Event-ID", "replaced")]) == .stayReplaced)
        #expect(try Self.decide("/connection/t?lastEventId=replaced") == .stayReplaced)
        #expect(
            try Self.request("/connection/t?lastEventId=replaced", [("Last-Event-ID", "1-1")]).resume == .after("1-1")
        )
    }

    @Test(
        "The parameter says the languages, else the header",
        arguments: [
            ("", "ko", "ko"), ("?lang=ja,ko", "en", "ja,ko"), ("?lang=ja&lang=ko", "en", "ja,ko"),
            ("?lang=", "en", "en"), ("?lang=ja;q=0.1,ko", "", "ko,ja"),
            ("?lang=ja%3Bq%3D0.1,ko", "", "ko,ja"), ("?lang=!", "en", ""), ("", "", ""), ("?lang=*", "en", "*"),
        ]
    )
    func languages(query: String, accepted: String, languages: String) throws {
        #expect(
            try Self.request("/events?topic=a" + query.replacing("?", with: "&"), [("Accept-Language", accepted)])
                .languages == LanguagePreference(languages)
        )
    }

    @Test("Several fields of languages are one list")
    func severalFields() throws {
        let fields = [("accept-language", "ko;q=0.5"), ("Accept-Language", "ja")]
        #expect(try Self.request("/connection/t", fields).languages == LanguagePreference("ja,ko"))
    }

    static let long = String(repeating: "x", count: 257)

    @Test(
        "A name or parameter that is wrong is refused",
        arguments: [
            ("/events", 400), ("/events?topic=", 400), ("/events?topic=a&topic=", 400), ("/events?topics=a", 400),
            ("/connection/", 404), ("/connection/%00", 400),
            ("/connection/a%0Ab", 400), ("/connection/%C2%85", 400), ("/connection/\(long)", 400),
            ("/connection/t?topic=\(long)", 400), ("/connection/t?client=", 400),
            ("/connection/t?client=\(long)", 400), ("/connection/t?client=a&client=b", 400),
            ("/connection/t?client=a%07", 400), ("/events?topic=a&client=", 400),
            ("/connection/t?last_event_id=1-1&last_event_id=1-1", 400),
            ("/connection/t?last_event_id=1-1&lastEventId=1-1", 400), ("/alarms", 404), ("/nowhere", 404),
        ]
    )
    func refusals(text: String, status: Int) {
        let problem = #expect(throws: Problem.self) { try Self.decide(text) }
        #expect(problem?.status == status)
    }

    @Test("A hundred topics can be named, each counted once")
    func maximumTopics() throws {
        let topics = (0..<100).map { "topic=\($0)" }.joined(separator: "&")
        #expect(try Self.request("/events?\(topics)&\(topics)").topics.count == 100)
        let problem = #expect(throws: Problem.self) { try Self.request("/events?\(topics)&topic=100") }
        #expect(problem?.status == 400)
    }
}

@Suite struct ListRequestTests {
    static func read(_ text: String, _ fields: [(String, String)] = []) throws -> ListRequest {
        let target = try RequestTarget(text)
        return try ListRequest(Route(target), target.query, header: header(fields))
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let list = try Self.read("/users/t/alarms")
        #expect(list.addresses == [.user(try Name("t")), .everyone])
        #expect(list.after == nil && list.limit == 100 && list.order == .oldest && list.languages == .none)
    }

    @Test("A page can be chosen")
    func parameters() throws {
        let list = try Self.read(
            "/users/t/alarms?after=1-2&limit=1000&order=newest&lang=ko&topic=a&topic=b&topic=a&nope",
            [("Accept-Language", "en")]
        )
        #expect(list.addresses == [.user(try Name("t")), .everyone, .topic(try Name("a")), .topic(try Name("b"))])
        #expect(
            list.after == "1-2" && list.limit == 1000 && list.order == .newest
                && list.languages == LanguagePreference("ko")
        )
        #expect(try Self.read("/users/t/alarms?limit=1&after=&order=oldest").limit == 1)
        #expect(try Self.read("/users/t/alarms?after=").after == nil)
        #expect(try Self.read("/users/t/alarms", [("Accept-Language", "en")]).languages == LanguagePreference("en"))
        #expect(try Self.read("/topics/a%2Fb/alarms?topic=c&after=nonsense").addresses == [.topic(try Name("a/b"))])
        #expect(try Self.read("/topics/a/alarms?after=nonsense").after == "nonsense")
    }

    @Test(
        "A name or parameter that is wrong is refused",
        arguments: [
            ("/users/t/alarms?limit=0", 400), ("/users/t/alarms?limit=1001", 400), ("/users/t/alarms?limit=x", 400),
            ("/users/t/alarms?limit=", 400),
            ("/users/t/alarms?limit=-1", 400), ("/users/t/alarms?limit=+5", 400), ("/users/t/alarms?limit=%2B5", 400),
            ("/users/t/alarms?limit=1.0", 400),
            ("/users/t/alarms?limit=99999999999999999999", 400), ("/users/t/alarms?limit=1&limit=2", 400),
            ("/users/t/alarms?order=up", 400),
            ("/users/t/alarms?order=", 400), ("/users/t/alarms?after=1-1&after=1-1", 400), ("/users/%00/alarms", 400),
            ("/users/t/alarms?topic=", 400),
            ("/topics/%07/alarms", 400), ("/users//alarms", 404), ("/connection/t", 404),
        ]
    )
    func refusals(text: String, status: Int) {
        let problem = #expect(throws: Problem.self) { try Self.read(text) }
        #expect(problem?.status == status)
    }
}
