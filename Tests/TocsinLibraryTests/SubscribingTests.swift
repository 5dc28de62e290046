import Patience
import Testing
import Tocsin

@Suite(.timeLimit(.minutes(5))) struct SubscribingTests {
    @Test("A listener gets what concerns it, in its language, once and in order")
    func delivery() async throws {
        try await withHub { hub in
            let tiaz = try await hub.subscribe(Listener(user: "tiaz", topics: ["news", "news"], languages: "ko,en"))
            let follower = try await hub.subscribe(Listener(topics: ["news"]))
            try await hub.publish(
                Alarm(
                    to: .user(named: "tiaz"), event: "reservation", data: .text("ready"),
                    translations: [Translation("fr", .text("prêt")), Translation("ko", .text("준비"))]))
            try await hub.publish([
                Alarm(to: .everyone, data: .json("{ \"all\" : true }")),
                Alarm(to: .users(named: ["seo", "tiaz"]), translations: [Translation("de", .text("zwei"))]),
                Alarm(to: .user(named: "seo"), data: .text("not hers")),
                Alarm(to: .topics(named: ["sport", "news"]), data: .text("news")),
            ])
            #expect(await tiaz.texts(4) == ["준비", #"{"all":true}"#, "zwei", "news"])
            #expect(await follower.texts(1) == ["news"])
        }
    }

    @Test("The hub's language is for who wants none of an alarm's, and who follows a topic has languages too")
    func defaultLanguage() async throws {
        var configuration = Hub.Configuration()
        configuration.defaultLanguage = LanguageTag("de")
        try await withHub(.memory(), configuration) { hub in
            let follower = try Listener(topics: ["news", "sport", "news"])
            #expect(try follower == Listener(topics: ["news", "sport"]))
            let german = try await hub.subscribe(follower)
            let korean = try await hub.subscribe(Listener(topics: ["news"], languages: "ko"))
            try await hub.publish(
                Alarm(
                    to: .topic(named: "news"),
                    translations: [
                        Translation("fr", .text("un")), Translation("ko", .text("하나")),
                        Translation("de", .text("eins")),
                    ]))
            #expect(await german.texts(1) == ["eins"])
            #expect(await korean.texts(1) == ["하나"])
            #expect(try await hub.page(for: follower).events.map(\.text) == ["eins"])
        }
    }

    @Test("An alarm tells its id, time, name, language and content")
    func alarm() async throws {
        try await withHub { hub in
            let alarms = try await hub.subscribe(Listener(user: "tiaz", languages: "en-GB"))
            let publication = try await hub.publish(
                Alarm(
                    to: .user(named: "tiaz"), event: "reservation",
                    translations: [Translation("ko", .text("준비")), Translation("en", .json(#""ready""#))]))
            guard case .alarm(let alarm) = await alarms.first(where: { _ in true }) else {
                Issue.record("there is no alarm")
                return
            }
            #expect(alarm.id == publication.id && publication.isNew)
            #expect(alarm.event.string == "reservation")
            #expect(alarm.language?.string == "en")
            #expect(alarm.content == .text("ready"))
            #expect(alarm.publishedAt.milliseconds > 1_700_000_000_000)
            #expect(alarm.entry.alarm.translations.count == 2)
        }
    }

    @Test("What is published after a stream was opened is in it, also when it is iterated later")
    func eagerness() async throws {
        try await withHub { hub in
            for round in 0..<50 {
                let alarms = try await hub.subscribe(Listener(user: "tiaz"))
                try await hub.publish(.text("\(round)", to: "tiaz"))
                // The one before may not have come to all loops yet.
                let first = await alarms.texts(1)
                if first == ["\(round - 1)"] {
                    #expect(await alarms.texts(1) == ["\(round)"])
                } else {
                    #expect(first == ["\(round)"])
                }
            }
        }
    }

    @Test("A stream goes on after an id without gap and without anything twice")
    func resuming() async throws {
        try await withHub { hub in
            var last: AlarmID?
            var seen: [String] = []
            for round in 0..<20 {
                let start = last.map(StartingPoint.after) ?? .earliest
                let alarms = try await hub.subscribe(Listener(user: "tiaz"), from: start)
                for number in 0..<10 { try await hub.publish(.text("\(round * 10 + number)", to: "tiaz")) }
                // It leaves in mid-stream, so that the next begins with what this one has not taken.
                let taken = round == 19 ? 200 - seen.count : 7
                seen += await alarms.texts(taken)
                last = alarms.lastID
            }
            #expect(seen == (0..<200).map(String.init))
        }
    }

    @Test("A new stream starts at once after the newest alarm, and knows its id")
    func start() async throws {
        try await withHub { hub in
            try await hub.publish(.text("before", to: "tiaz"))
            let newest = try await hub.publish(.text("other", to: "seo"))
            #expect(try await hub.page(for: Listener(user: "tiaz")).head == newest.id)
            let alarms = try await hub.subscribe(Listener(user: "tiaz"), from: .after(newest.id))
            try await eventually("the newest id") { alarms.lastID == newest.id }
        }
    }

    @Test("Who cannot go on is told so first, and then goes on from there", arguments: ["1-1", "nonsense", "99-0"])
    func reset(id: String) async throws {
        try await withHub { hub in
            let before = try await hub.publish(.text("before", to: "tiaz"))
            let alarms = try await hub.subscribe(Listener(user: "tiaz"), from: .lastEventID(id))
            try await hub.publish(.text("after", to: "tiaz"))
            var iterator = alarms.makeAsyncIterator()
            guard case .reset(.unknown, let head) = await iterator.next() else {
                Issue.record("it is not told")
                return
            }
            #expect(head == before.id)
            #expect(await iterator.next()?.text == "after")
        }
    }

    @Test("As a browser comes back: with nothing, with everything, or after an id")
    func lastEventID() async throws {
        try await withHub { hub in
            let first = try await hub.publish(.text("1", to: "tiaz"))
            try await hub.publish(.text("2", to: "tiaz"))
            let listener = try Listener(user: "tiaz")
            let all = try await hub.subscribe(listener, from: .lastEventID("earliest"))
            #expect(await all.texts(2) == ["1", "2"])
            let rest = try await hub.subscribe(listener, from: .lastEventID("\(first.id)"))
            #expect(await rest.texts(1) == ["2"])
            for nothing in [nil, ""] {
                let new = try await hub.subscribe(listener, from: .lastEventID(nothing))
                try await hub.publish(.text("3", to: "tiaz"))
                #expect(await new.texts(1) == ["3"])
            }
        }
    }

    @Test("A withdrawn alarm is not told any more, and who may have seen it is told that")
    func withdrawal() async throws {
        try await withHub { hub in
            let listener = try Listener(user: "tiaz")
            let early = try await hub.subscribe(listener)
            let alarm = try await hub.publish(.text("wrong", to: "tiaz"))
            #expect(await early.texts(1) == ["wrong"])
            guard case .withdrawn(let publication) = try await hub.withdraw(alarm.id) else {
                Issue.record("it is not withdrawn")
                return
            }
            #expect(await early.texts(1) == ["withdrawn \(alarm.id)"])
            #expect(early.lastID == publication.id)
            let late = try await hub.subscribe(listener, from: .earliest)
            #expect(await late.texts(1) == ["withdrawn \(alarm.id)"])
            #expect(try await hub.withdraw(publication.id) == .notWithdrawable)
            #expect(try await hub.withdraw(#require(AlarmID("7-7"))) == .notFound)
        }
    }
}
