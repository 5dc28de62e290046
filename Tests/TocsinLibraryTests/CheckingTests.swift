import ServerSentEvents
import Testing
import Tocsin

@Suite struct CheckingTests {
    @Test(
        "What cannot be published is refused with what to do instead",
        arguments: [
            ("noContent", "an alarm has data or at least one translation"),
            ("noNames", "an alarm to users or topics names at least one"),
            ("event", "the event name \"reset\" is reserved; choose another"),
            ("key", "the key: a name has at least one character"),
            ("language", "\"k_o\" is no language tag; a tag has subtags of 1 to 8 letters and digits, like \"en-US\""),
            ("repeated", "there are two translations for KO; leave one out"),
            ("json", "the data is not JSON, expected \",\" or \"]\" at byte 5; give a text as .text"),
            ("retry", "retry is 500 to 3600000 milliseconds"),
            ("ttl", "ttl is 1 to 31536000 seconds"),
        ])
    func refusal(fault: String, message: String) throws {
        let error = #expect(throws: InvalidAlarm.self) {
            _ =
                switch fault {
                case "noContent": try Alarm(to: .everyone)
                case "noNames": try Alarm(to: .users([]), data: .text(""))
                case "event": try Alarm(to: .everyone, event: "reset", data: .text(""))
                case "key": try Alarm(to: .everyone, data: .text(""), key: "")
                case "language": try Alarm(to: .everyone, translations: [Translation("k_o", .text(""))])
                case "repeated":
                    try Alarm(to: .everyone, translations: ["ko", "KO"].map { try Translation($0, .text("")) })
                case "json": try Alarm(to: .everyone, data: .json("[1, 2"))
                case "retry": try Alarm(to: .everyone, data: .text(""), retry: .milliseconds(499))
                default: try Alarm(to: .everyone, data: .text(""), ttl: .zero)
                }
        }
        #expect(error.map(String.init(describing:)) == message)
    }

    @Test("Names are checked where they are given", arguments: ["", "a\nb", String(repeating: "x", count: 257)])
    func names(name: String) {
        #expect(throws: InvalidName.self) { try Audience.user(named: name) }
        #expect(throws: InvalidName.self) { try Audience.users(named: ["tiaz", name]) }
        #expect(throws: InvalidName.self) { try Audience.topic(named: name) }
        #expect(throws: InvalidName.self) { try Audience.topics(named: [name]) }
        #expect(throws: InvalidName.self) { try Listener(user: name) }
        #expect(throws: InvalidName.self) { try Listener(user: "tiaz", topics: [name]) }
        #expect(throws: InvalidName.self) { try Listener(user: "tiaz", client: name) }
        #expect(throws: InvalidName.self) { try Listener(topics: [name]) }
    }

    @Test("JSON is taken as it is but for the white space between its tokens, and a JSON string is a text")
    func content() throws {
        let alarm = try Alarm(
            to: .users(named: ["b", "a", "b"]), data: .json(" {\"b\" : 1.0, \"a\":[ ]}\n"),
            translations: [Translation("en", .json(#""\u0061 b""#))], ttl: .milliseconds(1500))
        #expect(alarm.data == .json(#"{"b":1.0,"a":[]}"#))
        #expect(alarm.translations.map(\.content) == [.text("a b")])
        #expect(try alarm.audience == .users(named: ["b", "a"]))
    }

    @Test("An event is what a browser is sent for it")
    func serverSentEvents() async throws {
        try await withHub { hub in
            let alarms = try await hub.subscribe(
                Listener(user: "tiaz", client: "tab"), from: .lastEventID("gone"))
            let alarm = try await hub.publish(
                Alarm(to: .everyone, event: "news", data: .text("one\ntwo"), retry: .seconds(5)))
            try await hub.withdraw(alarm.id)
            try await hub.publish(Alarm(to: .everyone, data: .text("more")))
            var events: [ServerSentEvent] = []
            for await event in alarms.prefix(3) { events.append(ServerSentEvent(event)) }
            let new = try await hub.subscribe(Listener(user: "tiaz", client: "tab"))
            for await event in alarms { events.append(ServerSentEvent(event)) }
            #expect(new.lastID != nil || hub.streamCount == 1)
            #expect(events.map(\.type?.string) == ["reset", "news", "withdrawn", "alarm", "replaced"])
            #expect(events.map(\.data)[1...] == ["one\ntwo", #"{"id":"\#(alarm.id)"}"#, "more", "{}"])
            #expect(events[1].id?.string == alarm.id.description)
            #expect(events[4].id?.string == StartingPoint.replaced)
        }
    }
}
