import Testing

@testable import Tocsin

@Suite struct RecentWindowTests {
    private static func window(alarms: Int = 100, bytes: Int = 1 << 20, floor: UInt64 = 0) -> RecentWindow {
        var limits = RecentWindow.Limits()
        limits.alarms = alarms
        limits.bytes = bytes
        return RecentWindow(floor: .of(floor), limits: limits, defaultLanguage: nil)
    }

    private func read(
        _ window: inout RecentWindow,
        after cursor: UInt64,
        for addresses: [Address] = [.everyone],
        at seconds: Int64 = 0,
        byteLimit: Int = .max
    ) -> (ids: [UInt64], end: AlarmID?) {
        var ids: [UInt64] = []
        let end = window.read(
            after: .of(cursor),
            for: addresses,
            at: Timestamp(milliseconds: seconds * 1000),
            byteLimit: byteLimit,
            preference: .none
        ) { ids.append($0.entry.id.low) }
        return (ids, end)
    }

    @Test("It gives what is after the cursor, oldest first", arguments: 0...5 as ClosedRange<UInt64>)
    func reading(cursor: UInt64) {
        var window = Self.window()
        for low in 1...4 as ClosedRange<UInt64> { window.append(.alarm(low)) }
        #expect(read(&window, after: cursor).ids == Array((1...4).filter { $0 > cursor }))
        #expect(read(&window, after: cursor).end == nil)
    }

    @Test("A cursor between two ids counts like one that is there")
    func gaps() {
        var window = Self.window()
        for low in [2, 5, 9] as [UInt64] { window.append(.alarm(low)) }
        for cursor in 0...10 as ClosedRange<UInt64> {
            #expect(read(&window, after: cursor).ids == [2, 5, 9].filter { $0 > cursor })
        }
    }

    @Test("It keeps the newest, and its floor is the id of the last that went", arguments: 0...6)
    func countLimit(limit: Int) {
        var window = Self.window(alarms: limit)
        for low in 1...5 as ClosedRange<UInt64> { window.append(.alarm(low)) }
        #expect(window.count == min(5, limit))
        #expect(window.floor == .of(UInt64(max(0, 5 - limit))))
        #expect(read(&window, after: window.floor.low).ids.count == window.count)
    }

    @Test("It is bounded by bytes, counting what frames of many short lines take")
    func byteLimit() {
        var window = Self.window(bytes: 100_000)
        for low in 1...50 as ClosedRange<UInt64> {
            window.append(.alarm(low, text: String(repeating: "\n", count: 1000)))
        }
        var size = 0
        _ = window.read(
            after: window.floor,
            for: [.everyone],
            at: Timestamp(milliseconds: 0),
            byteLimit: .max,
            preference: .none
        ) { size += $0.bytes.count }
        #expect(size > 10_000)
        #expect(size < 100_000)
    }

    @Test("An alarm that is larger than the window leaves it empty, with the floor at its id")
    func largerThanAll() {
        var window = Self.window(bytes: 1000)
        window.append(.alarm(1))
        window.append(.alarm(2, text: String(repeating: "x", count: 2000)))
        #expect(window.count == 0)
        #expect(window.floor == .of(2))
        window.append(.alarm(3))
        #expect(read(&window, after: 2).ids == [3])
    }

    @Test("Retention takes from the front what is not beyond its floor", arguments: 0...7 as ClosedRange<UInt64>)
    func trimming(floor: UInt64) {
        var window = Self.window()
        for low in [2, 4, 6] as [UInt64] { window.append(.alarm(low)) }
        window.trim(to: .of(floor))
        let kept = [2, 4, 6].filter { $0 > floor }
        let removed = [2, 4, 6].last { $0 <= floor }
        #expect(window.floor == .of(removed ?? 0))
        #expect(read(&window, after: window.floor.low).ids == kept)
    }

    @Test("A withdrawn alarm is not given any more, its withdrawal is")
    func withdrawal() {
        var window = Self.window()
        for low in 1...3 as ClosedRange<UInt64> { window.append(.alarm(low)) }
        window.append(.withdrawal(4, of: 2))
        #expect(read(&window, after: 0).ids == [1, 3, 4])
        window.append(.withdrawal(5, of: 99))
        window.trim(to: .of(1))
        window.append(.withdrawal(6, of: 1))
        #expect(read(&window, after: 1).ids == [3, 4, 5, 6])
    }

    @Test("An alarm is given until its time to live is over")
    func timeToLive() {
        var window = Self.window()
        window.append(.alarm(1, ttl: 10))
        window.append(.alarm(2))
        #expect(read(&window, after: 0, at: 9).ids == [1, 2])
        #expect(read(&window, after: 0, at: 10).ids == [2])
        #expect(window.floor == .of(0))
    }

    @Test("An alarm that concerns a stream in several ways comes once, and others do not come")
    func addresses() throws {
        var window = Self.window()
        let names = try ["a", "b", "c"].map { try Name($0) }
        window.append(.alarm(1, to: .topics(names)))
        window.append(.alarm(2, to: .user(names[0])))
        window.append(.alarm(3, to: .topic(names[1])))
        window.append(.alarm(4, to: .users(names)))
        window.append(.alarm(5))
        let all: [Address] = names.map(Address.topic) + [.user(names[0]), .everyone]
        #expect(read(&window, after: 0, for: all).ids == [1, 2, 3, 4, 5])
        #expect(read(&window, after: 0, for: all.reversed()).ids == [1, 2, 3, 4, 5])
        #expect(read(&window, after: 0, for: [.topic(names[0])]).ids == [1])
        #expect(read(&window, after: 0, for: [.user(names[1])]).ids == [4])
        #expect(read(&window, after: 0, for: []).ids == [])
        window.trim(to: .of(3))
        #expect(read(&window, after: 3, for: all).ids == [4, 5])
        #expect(read(&window, after: 3, for: [.topic(names[0])]).ids == [])
    }

    @Test(
        "It stops after so many bytes, and goes on from there without gap or duplicate",
        arguments: [1, 30, 60, 100, 1000]
    )
    func inPieces(byteLimit: Int) throws {
        var window = Self.window()
        for low in 1...10 as ClosedRange<UInt64> {
            window.append(.alarm(low, to: low == 4 ? .user(try Name("somebody" as String)) : .everyone))
        }
        var all: [UInt64] = []
        var cursor: UInt64 = 0
        while true {
            let (ids, end) = read(&window, after: cursor, byteLimit: byteLimit)
            all += ids
            guard let end else { break }
            #expect(end.low == ids.last)
            cursor = end.low
        }
        #expect(all == [1, 2, 3, 5, 6, 7, 8, 9, 10])
    }

    @Test("Once the past was lost it has nothing before the new head")
    func clearing() {
        var window = Self.window()
        window.append(.alarm(1))
        window.clear(at: .of(7))
        #expect(window.count == 0)
        #expect(window.floor == .of(7))
        window.append(.alarm(8))
        #expect(read(&window, after: 7).ids == [8])
    }

    @Test("Each reader is given the variant of its languages, whoever read before")
    func variants() throws {
        var window = Self.window()
        let translations = try ["ko", "en"].map {
            Translation(language: try #require(LanguageTag($0)), content: .text("in \($0)"))
        }
        window.append(
            Entry(
                id: .of(1),
                publishedAt: Timestamp(milliseconds: 0),
                alarm: Alarm(audience: .everyone, data: .text("plain"), translations: translations)
            )
        )
        for (languages, text) in [("ko", "in ko"), ("en", "in en"), ("fr", "plain"), ("en", "in en"), ("ko", "in ko")] {
            var frames: [String] = []
            _ = window.read(
                after: .zero,
                for: [.everyone],
                at: Timestamp(milliseconds: 0),
                byteLimit: .max,
                preference: LanguagePreference(languages)
            ) { frames.append(String(decoding: $0.bytes, as: UTF8.self)) }
            #expect(frames == ["event: alarm\ndata: \(text)\nid: 1-1\n\n"])
        }
    }
}
