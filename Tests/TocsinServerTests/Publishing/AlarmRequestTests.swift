import Testing
import Tocsin

@testable import TocsinServer

@Suite struct AlarmRequestTests {
    static func read(
        _ body: String,
        _ contentType: String = "application/json",
        keys: [String] = []
    ) throws -> AlarmRequest {
        try AlarmRequest(
            body: Array(body.utf8),
            format: PublishFormat(contentTypes: [contentType]),
            idempotencyKeys: keys
        )
    }

    static func single(_ body: String, keys: [String] = []) throws -> Alarm {
        let request = try read(body, keys: keys)
        #expect(request.isSingle && request.alarms.count == 1)
        return try #require(request.alarms.first)
    }

    @Test("An alarm with every field is read as it was published")
    func allFields() throws {
        let alarm = try Self.single(
            """
            { "user": "tiaz", "event": "notice", "data": { "z" : 1.10, "a":[ null , "\\u00e9 x" ] },
              "translations": {"ko": {"message": "예약에 성공했습니다!"}, "en-US": "Your\\nreservation", "ja": null},
              "key": "reservation-5b48ff24", "ttl": 86400, "retry": 500 }
            """
        )
        #expect(alarm.audience == .user(try Name("tiaz")))
        #expect(alarm.event.string == "notice")
        #expect(alarm.data == .json(#"{"z":1.10,"a":[null,"\u00e9 x"]}"#))
        #expect(alarm.translations.map(\.language.string) == ["ko", "en-US", "ja"])
        #expect(
            alarm.translations.map(\.content) == [
                .json(#"{"message":"예약에 성공했습니다!"}"#), .text("Your\nreservation"), .json("null"),
            ]
        )
        #expect(alarm.key == (try Name("reservation-5b48ff24")))
        #expect(alarm.ttl == 86400 && alarm.retry == 500)
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let alarm = try Self.single(#"{"everyone":true,"data":null}"#)
        #expect(alarm == Alarm(audience: .everyone, event: .alarm, data: .json("null")))
    }

    @Test("Each address is one of its kind")
    func addresses() throws {
        let a = try Name("a")
        let b = try Name("b")
        let cases: [(String, Audience)] = [
            (#""user":"a""#, .user(a)), (#""topic":"a""#, .topic(a)), (#""users":["b","a"]"#, .users([b, a])),
            (#""topics":["a"]"#, .topics([a])), (#""everyone":true"#, .everyone),
            (#""users":["a","b","a","\u0061"]"#, .users([a, b])),
            (#""\u0075ser":"a""#, .user(a)),
        ]
        for (field, audience) in cases {
            #expect(try Self.single("{\(field),\"data\":1}").audience == audience)
        }
    }

    @Test("Names are compared by their bytes")
    func namesAreBytes() throws {
        let alarm = try Self.single("{\"users\":[\"caf\u{E9}\",\"cafe\u{301}\"],\"data\":1}")
        #expect(alarm.audience.count == 2)
    }

    @Test(
        "Values at the edge of what is allowed are read",
        arguments: [
            #"{"user":"t","data":1,"ttl":1}"#, #"{"user":"t","data":1,"ttl":31536000}"#,
            #"{"user":"t","data":1,"retry":500}"#,
            #"{"user":"t","data":1,"retry":3600000}"#, #"{"user":"t","data":"","event":"message"}"#,
            #"{"user":" ","data":1}"#,
            #"{"user":"t","data":1,"translations":{}}"#, #"{"user":"t","translations":{"x-a":1}}"#,
            #"{"user":"t","data":1,"event":" "}"#,
            "{\"user\":\"\(String(repeating: "x", count: 256))\",\"data\":1}", #"{"user":"t","data":{"a":1,"a":2}}"#,
            #"{"topic":"everyone","data":1}"#,
            "\r\n\t {\"user\":\"t\",\"data\":1} \n", #"{"user":"t","data":"\ud83d\ude00"}"#,
            #"{"user":"t","data":["\ud83d"]}"#,
        ]
    )
    func edges(body: String) throws {
        _ = try Self.single(body)
    }

    @Test("An array and lines are read in their order")
    func batches() throws {
        let array = try Self.read(#" [ {"user":"t","data":1} , {"user":"t","data":"2"} ] "#)
        let lines = try Self.read(
            "\n{\"user\":\"t\",\"data\":1}\r\n \r\n{\"user\":\"t\", \"data\":\"2\"}",
            "application/x-ndjson"
        )
        for request in [array, lines] {
            #expect(!request.isSingle)
            #expect(request.alarms.map(\.data) == [.json("1"), .text("2")])
        }
        for one in [
            try Self.read(#"[{"user":"t","data":1}]"#),
            try Self.read("{\"user\":\"t\",\"data\":1}\n", "application/x-ndjson"),
        ] {
            #expect(!one.isSingle && one.alarms.count == 1)
        }
    }

    @Test("A thousand alarms and ten thousand names are read")
    func limits() throws {
        let alarm = #"{"user":"t","data":1}"#
        #expect(try Self.read("[" + String(repeating: alarm + ",", count: 999) + alarm + "]").alarms.count == 1000)
        #expect(
            try Self.read(String(repeating: alarm + "\n", count: 1000), "application/x-ndjson").alarms.count == 1000
        )
        func users(_ count: Int) -> String {
            #"{"users":["# + (0..<count).map { "\"u\($0)\"" }.joined(separator: ",") + #"],"data":1}"#
        }
        #expect(try Self.single(users(10_000)).audience.count == 10_000)
        #expect(try Self.read("[\(users(5000)),\(users(5000))]").alarms.count == 2)
        let everyone = #"{"everyone":true,"data":1}"#
        #expect(try Self.read("[\(users(5000)),\(everyone),\(users(5000))]").alarms.count == 3)
        let same = #"{"users":["# + String(repeating: "\"t\",", count: 10_000) + #""t"],"data":1}"#
        #expect(try Self.single(same).audience.count == 1)
        for tooMany in [users(10_001), "[\(users(5000)),\(users(5001))]"] {
            let problem = #expect(throws: Problem.self) { try Self.read(tooMany) }
            #expect(problem?.kind == .tooManyNames)
        }
    }

    @Test("The header's key is the alarm's")
    func headerKey() throws {
        let key = try Name("k 1")
        #expect(try Self.single(#"{"user":"t","data":1}"#, keys: ["k 1"]).key == key)
        #expect(try Self.single(#"{"user":"t","data":1,"key":"k 1"}"#, keys: ["k 1"]).key == key)
        #expect(try Self.single(#"{"user":"t","data":1}"#, keys: ["\"k\""]).key?.string == "\"k\"")
    }

    @Test(
        "A header key that cannot be the alarm's is refused",
        arguments: [
            (#"{"user":"t","data":1,"key":"a"}"#, ["b"]), (#"{"user":"t","data":1}"#, [""]),
            (#"{"user":"t","data":1}"#, ["a", "a"]),
            (#"[{"user":"t","data":1}]"#, ["a"]), (#"[{"user":"t","data":1,"key":"a"}]"#, ["a"]),
            (#"{"user":"t","data":1}"#, ["a\u{7F}"]),
            (#"{"user":"t","data":1}"#, [String(repeating: "x", count: 257)]),
        ]
    )
    func refusedHeaderKey(body: String, keys: [String]) {
        let problem = #expect(throws: Problem.self) { try Self.read(body, keys: keys) }
        #expect(problem?.kind == .badKey && problem?.pointer == JSONPointer("key"))
    }

    @Test("Bytes that are not contiguous are read too")
    func anyCollection() throws {
        let bytes = Array(#"{"user":"t","data":1}"#.utf8)
        #expect(
            try AlarmRequest(
                body: [bytes[..<7], bytes[7...]].joined().lazy.map { $0 }.reversed().reversed(),
                format: .json
            ).isSingle
        )
        #expect(try AlarmRequest(body: AnyCollection(bytes), format: .json).isSingle)
    }

    @Test(
        "The content type may have parameters and any case",
        arguments: [
            ("application/json", .json), ("Application/JSON", .json), ("application/json; charset=utf-8", .json),
            ("application/json;charset=utf-8", .json), (" application/json\t", .json),
            ("application/json ; a=b", .json),
            ("application/x-ndjson", .lines), ("application/X-NDJSON;x", .lines),
        ] as [(String, PublishFormat)]
    )
    func contentTypes(contentType: String, format: PublishFormat) throws {
        #expect(try PublishFormat(contentTypes: [contentType]) == format)
    }

    @Test(
        "Any other content type is refused",
        arguments: [
            [], [""], ["application/jsonx"], ["application/json, text/html"], ["text/json"],
            ["application/json", "application/json"],
            ["application / json"], ["application/x-www-form-urlencoded"], ["application/ndjson"], ["json"], [";"],
            ["*/*"],
            ["application/problem+json"],
        ]
    )
    func otherContentTypes(contentTypes: [String]) {
        let problem = #expect(throws: Problem.self) { try PublishFormat(contentTypes: contentTypes) }
        #expect(problem?.status == 415)
    }
}
