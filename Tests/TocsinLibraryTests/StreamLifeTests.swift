import Patience
import Testing
import Tocsin

@Suite(.timeLimit(.minutes(5))) struct StreamLifeTests {
    @Test("Who takes nothing holds up nobody, fills no memory, and gets all when it does", arguments: [10, 100_000])
    func slowness(contentBytes: Int) async throws {
        try await withHub { hub in
            let slow = try await hub.subscribe(Listener(user: "tiaz"))
            let quick = try await hub.subscribe(Listener(user: "tiaz"))
            let count = 2000
            let filling = String(repeating: "x", count: contentBytes / 100)
            let publishing = Task {
                for batch in 0..<count / 100 {
                    try await hub.publish((0..<100).map { try .text("\(batch * 100 + $0)\(filling)", to: "tiaz") })
                }
            }
            let expected = (0..<count).map { "\($0)\(filling)" }
            #expect(await quick.texts(count) == expected)
            try await publishing.value
            #expect(await slow.texts(count) == expected)
        }
    }

    @Test("A stream gives its place back when it or its task is cancelled, or nobody has it any more")
    func end() async throws {
        var configuration = Hub.Configuration()
        configuration.maximumConnections = 1
        try await withHub(.memory(), configuration) { hub in
            let listener = try Listener(user: "tiaz")
            var alarms: AlarmStream? = try await hub.subscribe(listener)
            await #expect(throws: SubscribeError.tooManyStreams) { try await hub.subscribe(listener) }
            alarms = nil
            #expect(alarms == nil)
            try await eventually("no stream") { hub.streamCount == 0 }

            let second = try await hub.subscribe(listener)
            let waiting = Task { await second.texts(1) }
            waiting.cancel()
            #expect(await waiting.value.isEmpty)
            try await eventually("no stream") { hub.streamCount == 0 }

            let third = try await hub.subscribe(listener)
            try await hub.publish(.text("dropped", to: "tiaz"))
            third.cancel()
            #expect(await third.texts(1).isEmpty)
            try await eventually("no stream") { hub.streamCount == 0 }
        }
    }

    @Test("An iterator keeps its stream alive")
    func iterator() async throws {
        try await withHub { hub in
            var iterator = try await hub.subscribe(Listener(user: "tiaz")).makeAsyncIterator()
            try await hub.publish(.text("kept", to: "tiaz"))
            #expect(await iterator.next()?.text == "kept")
            #expect(hub.streamCount == 1)
        }
    }

    @Test("Several tasks that iterate a stream share its events")
    func sharing() async throws {
        try await withHub { hub in
            let alarms = try await hub.subscribe(Listener(user: "tiaz"))
            let texts = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 { group.addTask { await alarms.texts(25) } }
                for number in 0..<100 { try await hub.publish(.text("\(number)", to: "tiaz")) }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(texts) == Set((0..<100).map(String.init)))
            #expect(texts.count == 100)
        }
    }

    @Test("A new stream of the same client takes the place of the old one")
    func replacing() async throws {
        try await withHub { hub in
            let listener = try Listener(user: "tiaz", client: "phone")
            let old = try await hub.subscribe(listener)
            let other = try await hub.subscribe(Listener(user: "tiaz", client: "desktop"))
            let new = try await hub.subscribe(listener)
            #expect(await old.texts(2) == ["replaced"])
            try await hub.publish(.text("hello", to: "tiaz"))
            #expect(await new.texts(1) == ["hello"])
            #expect(await other.texts(1) == ["hello"])
            #expect(hub.streamCount == 2)
        }
    }

    @Test("The oldest stream of a user with too many is replaced")
    func tooManyOfUser() async throws {
        var configuration = Hub.Configuration()
        configuration.maximumConnectionsPerUser = 2
        try await withHub(.memory(), configuration) { hub in
            var streams: [AlarmStream] = []
            for _ in 0..<3 { streams.append(try await hub.subscribe(Listener(user: "tiaz"))) }
            #expect(await streams[0].texts(2) == ["replaced"])
            try await hub.publish(.text("hello", to: "tiaz"))
            #expect(await streams[1].texts(1) == ["hello"])
            #expect(await streams[2].texts(1) == ["hello"])
        }
    }

    @Test("When the hub ends, streams end after what was sent before, and nothing more is taken")
    func shutdown() async throws {
        let hub = try await Hub(journal: .memory())
        let running = Task { await hub.run() }
        let alarms = try await hub.subscribe(Listener(user: "tiaz"))
        try await hub.publish(.text("last", to: "tiaz"))
        #expect(await alarms.texts(1) == ["last"])
        running.cancel()
        await running.value
        #expect(await alarms.texts(1).isEmpty)
        await #expect(throws: PublishError.closing) { try await hub.publish(.text("late", to: "tiaz")) }
        await #expect(throws: SubscribeError.closing) { try await hub.subscribe(Listener(user: "tiaz")) }
        await #expect(throws: JournalError.self) { try await hub.page(for: Listener(user: "tiaz")) }
        #expect(hub.streamCount == 0)
    }

    @Test("What was published before the hub runs comes when it does")
    func order() async throws {
        let hub = try await Hub(journal: .memory())
        let alarms = try await hub.subscribe(Listener(user: "tiaz"))
        try await hub.publish(.text("early", to: "tiaz"))
        let running = Task { await hub.run() }
        #expect(await alarms.texts(1) == ["early"])
        running.cancel()
        await running.value
    }

    @Test("Many streams, that come and go while much is published, each get all of theirs")
    func crowd() async throws {
        try await withHub { hub in
            try await withThrowingTaskGroup { group in
                for user in 0..<200 {
                    let alarms = try await hub.subscribe(Listener(user: "\(user)", topics: ["all"]))
                    group.addTask {
                        var texts = await alarms.texts(10)
                        let last = try #require(alarms.lastID)
                        let second = try await hub.subscribe(
                            Listener(user: "\(user)", topics: ["all"]), from: .after(last))
                        texts += await second.texts(20)
                        #expect(texts == (0..<30).map { $0 % 3 == 2 ? "all \($0)" : "\(user) \($0)" })
                    }
                }
                for number in 0..<30 {
                    if number % 3 == 2 {
                        try await hub.publish(Alarm(to: .topic(named: "all"), data: .text("all \(number)")))
                    } else {
                        try await hub.publish((0..<200).map { try .text("\($0) \(number)", to: "\($0)") })
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("no stream") { hub.streamCount == 0 }
        }
    }
}
