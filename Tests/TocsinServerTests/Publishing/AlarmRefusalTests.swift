import Testing
import Tocsin

@testable import TocsinServer

@Suite struct AlarmRefusalTests {
    static func problem(_ body: [UInt8], _ format: PublishFormat) -> Problem? {
        #expect(throws: Problem.self) { try AlarmRequest(body: body, format: format) }
    }

    static let long = String(repeating: "x", count: 257)

    @Test(
        "A field that is wrong is refused, and named",
        arguments: [
            ("{}", ""), ("[]", ""), ("[ ]", ""), ("1", ""), ("null", ""), ("\"x\"", ""), ("[[]]", "/0"), ("[1]", "/0"),
            ("[null]", "/0"),
            (#"{"user":"t"}"#, ""), (#"{"data":1}"#, ""), (#"{"key":"k"}"#, ""),
            (#"{"user":"t","topic":"x","data":1}"#, "/topic"),
            (#"{"everyone":true,"users":["a"],"data":1}"#, "/users"),
            (#"{"users":["a"],"user":"a","data":1}"#, "/user"),
            (#"{"user":"","data":1}"#, "/user"), (#"{"user":"a\nb","data":1}"#, "/user"),
            (#"{"user":"\u0000","data":1}"#, "/user"),
            (#"{"user":"\u0085","data":1}"#, "/user"), ("{\"user\":\"\u{7F}\",\"data\":1}", "/user"),
            ("{\"user\":\"\(long)\",\"data\":1}", "/user"),
            (#"{"user":7,"data":1}"#, "/user"), (#"{"user":null,"data":1}"#, "/user"),
            (#"{"user":["t"],"data":1}"#, "/user"),
            (#"{"topic":"","data":1}"#, "/topic"), (#"{"topic":{},"data":1}"#, "/topic"),
            (#"{"users":[],"data":1}"#, "/users"),
            (#"{"users":"t","data":1}"#, "/users"), (#"{"users":null,"data":1}"#, "/users"),
            (#"{"users":["a","b","c",""],"data":1}"#, "/users/3"),
            (#"{"users":["a",1],"data":1}"#, "/users/1"), (#"{"users":[["a"]],"data":1}"#, "/users/0"),
            (#"{"topics":["a\tb"],"data":1}"#, "/topics/0"),
            (#"{"topics":[null],"data":1}"#, "/topics/0"), (#"{"everyone":false,"data":1}"#, "/everyone"),
            (#"{"everyone":1,"data":1}"#, "/everyone"),
            (#"{"everyone":"true","data":1}"#, "/everyone"), (#"{"everyone":null,"data":1}"#, "/everyone"),
            (#"{"user":"t","data":1,"event":""}"#, "/event"), (#"{"user":"t","data":1,"event":"a\rb"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"a\u0000"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"reset"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"position"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"replaced"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"withdrawn"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"open"}"#, "/event"),
            (#"{"user":"t","data":1,"event":"\u0065rror"}"#, "/event"),
            (#"{"user":"t","data":1,"event":null}"#, "/event"),
            (#"{"user":"t","data":1,"event":3}"#, "/event"), (#"{"user":"t","data":1,"retry":-1}"#, "/retry"),
            (#"{"user":"t","data":1,"retry":499}"#, "/retry"),
            (#"{"user":"t","data":1,"retry":3600001}"#, "/retry"), (#"{"user":"t","data":1,"retry":1000.0}"#, "/retry"),
            (#"{"user":"t","data":1,"retry":1e3}"#, "/retry"), (#"{"user":"t","data":1,"retry":"1000"}"#, "/retry"),
            (#"{"user":"t","data":1,"retry":null}"#, "/retry"),
            (#"{"user":"t","data":1,"retry":99999999999999999999}"#, "/retry"),
            (#"{"user":"t","data":1,"ttl":0}"#, "/ttl"), (#"{"user":"t","data":1,"ttl":-0}"#, "/ttl"),
            (#"{"user":"t","data":1,"ttl":31536001}"#, "/ttl"), (#"{"user":"t","data":1,"ttl":"x"}"#, "/ttl"),
            (#"{"user":"t","data":1,"ttl":true}"#, "/ttl"),
            (#"{"user":"t","data":1,"key":""}"#, "/key"), (#"{"user":"t","data":1,"key":1}"#, "/key"),
            (#"{"user":"t","data":1,"key":null}"#, "/key"),
            ("{\"user\":\"t\",\"data\":1,\"key\":\"\(long)\"}", "/key"), (#"{"user":"t","data":1,"nope":1}"#, "/nope"),
            (#"{"user":"t","data":1,"Event":"x"}"#, "/Event"),
            (#"{"user":"t","data":1,"":1}"#, "/"), (#"{"a/b~c":1}"#, "/a~1b~0c"),
            (#"{"user":"t","data":1,"id":"1-1"}"#, "/id"),
            (#"{"user":"t","data":1,"data":1}"#, "/data"), (#"{"user":"t","user":"t","data":1}"#, "/user"),
            (#"{"user":"t","d\u0061ta":1,"data":1}"#, "/data"),
            (#"{"user":"t","translations":{}}"#, "/translations"),
            (#"{"user":"t","translations":[]}"#, "/translations"),
            (#"{"user":"t","data":1,"translations":null}"#, "/translations"),
            (#"{"user":"t","translations":"ko"}"#, "/translations"),
            (#"{"user":"t","translations":{"not a tag!":1}}"#, "/translations/not a tag!"),
            (#"{"user":"t","translations":{"":1}}"#, "/translations/"),
            (#"{"user":"t","translations":{"ko":1,"a/b":1}}"#, "/translations/a~1b"),
            (#"{"user":"t","translations":{"ko":1,"KO":2}}"#, "/translations/KO"),
            (#"{"user":"t","translations":{"*":1}}"#, "/translations/*"),
            (#"{"user":"t","translations":{"en_US":1}}"#, "/translations/en_US"),
            (#"[{"user":"t","data":1},{"user":"t","data":1,"event":"a\nb"}]"#, "/1/event"),
            (#"[{"user":"t","data":1},{}]"#, "/1"),
            (#"[{"users":["a",""],"data":1}]"#, "/0/users/1"),
            (#"[{"user":"t","translations":{"x y":1}}]"#, "/0/translations/x y"),
            (#"[{"user":"t","data":1},[]]"#, "/1"), (#"[{"user":"t","data":1,"x":1}]"#, "/0/x"),
        ]
    )
    func fields(body: String, pointer: String) {
        let problem = Self.problem(Array(body.utf8), .json)
        #expect(problem?.status == 422)
        #expect(problem?.pointer?.description == pointer)
    }

    @Test(
        "What is no JSON is refused, also behind a field that is wrong",
        arguments: [
            "", " ", "{", "[", "{\"user\":\"t\",\"data\":1", "{\"user\":\"t\",\"data\":1}}",
            "{\"user\":\"t\",\"data\":1} {\"user\":\"t\",\"data\":1}",
            "{\"user\":\"t\",\"data\":1}\n{\"user\":\"t\",\"data\":1}", "{user:\"t\"}",
            "\u{FEFF}{\"user\":\"t\",\"data\":1}", "{\"nope\":1,", "{\"user\":7,\"data\":}",
            "[{},{]", "{\"user\":\"t\",\"data\":\"\\ud83d\"}", "{\"user\":\"\\ud83d\",\"data\":1}",
            "{\"user\":\"t\",\"translations\":{\"ko\":\"\\udead\"}}",
            "{\"user\":\"t\",\"data\":01}", "{\"user\":\"t\",\"data\":\"a\nb\"}", "{\"everyone\":tru}",
            "{\"everyone\":TRUE,\"data\":1}", "[{\"user\":\"t\",\"data\":1},]",
            "user=t&data=1", "<alarm/>",
        ]
    )
    func malformed(body: String) {
        let problem = Self.problem(Array(body.utf8), .json)
        #expect(problem?.kind == .malformedJSON && problem?.pointer == nil)
    }

    @Test("Bytes that are not UTF-8, and JSON that is nested too deep, are refused")
    func otherMalformed() {
        let notUTF8 = Array(#"{"nope":1,"user":"t","data":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(Self.problem(notUTF8, .json)?.kind == .notUTF8)
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(Self.problem(Array(deep.utf8), .json)?.kind == .tooDeep)
        func data(_ depth: Int) -> [UInt8] {
            Array(
                "{\"user\":\"t\",\"data\":\(String(repeating: "[", count: depth))\(String(repeating: "]", count: depth))}"
                    .utf8
            )
        }
        #expect(throws: Never.self) { try AlarmRequest(body: data(63), format: .json) }
        #expect(Self.problem(data(64), .json)?.kind == .tooDeep)
        #expect(Self.problem([UInt8](repeating: UInt8(ascii: "x"), count: 1000), .json)?.status == 400)
    }

    @Test("More than a thousand alarms are refused", arguments: [PublishFormat.json, .lines])
    func tooMany(format: PublishFormat) {
        let alarms = [String](repeating: #"{"user": "t", "data": 1}"#, count: 1001)
        let body = format == .json ? "[" + alarms.joined(separator: ", ") + "]" : alarms.joined(separator: "\n")
        #expect(Self.problem(Array(body.utf8), format)?.status == 413)
    }

    @Test(
        "In lines, too, the first token is the alarm's place among the alarms",
        arguments: [
            ("", 422, ""), ("\n\r\n  \n", 422, ""), ("[]", 422, "/0"), (#"[{"user":"t","data":1}]"#, 422, "/0"),
            ("1", 422, "/0"),
            ("{\"user\":\"t\",\"data\":1}\n\n{\"user\":\"t\",\"data\":1,\"ttl\":0}", 422, "/1/ttl"),
            ("{\"user\":\"t\",\"data\":1}\r\n{\"users\":[\"a\",\"\"],\"data\":1}\r\n", 422, "/1/users/1"),
            ("{}\n{", 400, nil), ("{\"user\":\"t\",\n\"data\":1}", 400, nil),
            ("{\"user\":\"t\",\"data\":1} {\"user\":\"t\",\"data\":1}", 400, nil),
            ("{\"user\":\"t\",\"data\":1},\n{\"user\":\"t\",\"data\":1}", 400, nil),
            ("{\"user\":\"t\",\"data\":1}\n\u{FEFF}{\"user\":\"t\",\"data\":1}", 400, nil),
            ("{\"user\":\"t\",\"data\":1}\rx", 400, nil),
        ]
    )
    func lines(body: String, status: Int, pointer: String?) {
        let problem = Self.problem(Array(body.utf8), .lines)
        #expect(problem?.status == status)
        #expect(problem?.pointer?.description == pointer)
    }
}
