import Patience
import Testing
import Tocsin
import TocsinSQLite

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite(.timeLimit(.minutes(5))) struct KeepingTests {
    /// A path for a data file, in a folder that is removed afterwards.
    private func withPath(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tocsin-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "alarms.db").path)
    }

    @Test("Alarms in a file are there when another hub opens it, and a stream goes on where it was")
    func durability() async throws {
        try await withPath { path in
            let listener = try Listener(user: "tiaz")
            let last = try await withHub(.sqlite(path: path)) { hub in
                let alarms = try await hub.subscribe(listener)
                try await hub.publish((0..<5).map { try .text("\($0)", to: "tiaz") })
                #expect(await alarms.texts(3) == ["0", "1", "2"])
                return try #require(alarms.lastID)
            }
            try await withHub(.sqlite(path: path)) { hub in
                let alarms = try await hub.subscribe(listener, from: .after(last))
                try await hub.publish(.text("5", to: "tiaz"))
                #expect(await alarms.texts(3) == ["3", "4", "5"])
            }
        }
    }

    @Test("A file is for one hub at a time")
    func exclusiveness() async throws {
        try await withPath { path in
            try await withHub(.sqlite(path: path)) { _ in
                let error = #expect(throws: JournalError.self) { try HubJournal.sqlite(path: path) }
                #expect(error?.code == .unusable)
            }
            try await withHub(.sqlite(path: path)) { _ in }
        }
    }

    @Test("A hub that never ran gives its file free when nobody refers to it")
    func neverRun() async throws {
        try await withPath { path in
            var hub: Hub? = try await Hub(journal: .sqlite(path: path))
            var alarms: AlarmStream? = try await hub?.subscribe(Listener(user: "tiaz"))
            try await hub?.publish(.text("kept", to: "tiaz"))
            #expect(throws: JournalError.self) { try HubJournal.sqlite(path: path) }
            hub = nil
            alarms = nil
            #expect(hub == nil && alarms == nil)
            var journal: HubJournal?
            try await eventually("the file can be opened") {
                journal = try? HubJournal.sqlite(path: path)
                return journal != nil
            }
            let next = try await Hub(journal: #require(journal))
            #expect(try await next.page(for: Listener(user: "tiaz")).events.map(\.text) == ["kept"])
        }
    }

    @Test("A hub that is cancelled before it runs closes its file")
    func cancelledBefore() async throws {
        try await withPath { path in
            let hub = try await Hub(journal: .sqlite(path: path))
            let alarms = try await hub.subscribe(Listener(user: "tiaz"))
            let running = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await hub.run()
            }
            await running.value
            #expect(await alarms.texts(1).isEmpty)
            _ = try HubJournal.sqlite(path: path)
            await #expect(throws: JournalError.self) { try await hub.page(for: Listener(user: "tiaz")) }
        }
    }

    @Test("Any number is a page's limit", arguments: [Int.min, 0, 1, .max - 1, .max])
    func limits(limit: Int) async throws {
        try await withPath { path in
            for journal in [HubJournal.memory(), try .sqlite(path: path)] {
                try await withHub(journal) { hub in
                    let alarm = try Alarm(to: .topic(named: "news"), data: .text("news"))
                    try await hub.publish([alarm, alarm, alarm])
                    for order in [AlarmOrder.oldest, .newest] {
                        let page = try await hub.page(for: Listener(topics: ["news"]), order: order, limit: limit)
                        #expect(page.events.count == (limit > 1 ? 3 : 1))
                    }
                }
            }
        }
    }

    @Test("A page at a time gives everything, in either order")
    func pages() async throws {
        try await withHub { hub in
            let listener = try Listener(user: "tiaz", languages: "ko")
            try await hub.publish(
                (0..<25).map { number in
                    try Alarm(
                        to: .user(named: number % 5 == 4 ? "seo" : "tiaz"), data: .text("\(number)"),
                        translations: [Translation("ko", .text("\(number)번"))])
                })
            for order in [AlarmOrder.oldest, .newest] {
                var texts: [String] = []
                var next: AlarmID?
                repeat {
                    let page = try await hub.page(for: listener, after: next, order: order, limit: 7)
                    #expect(page.events.count <= 7 && page.reset == nil)
                    texts += page.events.map(\.text)
                    next = page.next
                } while next != nil
                let all = (0..<25).filter { $0 % 5 != 4 }.map { "\($0)번" }
                #expect(texts == (order == .oldest ? all : all.reversed()))
            }
            let unknown = try await hub.page(for: listener, after: AlarmID("3-3"))
            #expect(unknown.reset == .unknown && unknown.events.count == 20)
        }
    }

    @Test("An id tells its alarm, and a page where a stream goes on")
    func lookup() async throws {
        try await withHub { hub in
            let publication = try await hub.publish(.text("1", to: "tiaz"))
            guard case .found(let entry) = try await hub.alarm(publication.id) else {
                Issue.record("it is not found")
                return
            }
            #expect(entry.id == publication.id && entry.alarm.data == .text("1") && entry.withdraws == nil)
            let head = try await hub.page(for: Listener(user: "tiaz")).head
            try await hub.publish(.text("2", to: "tiaz"))
            let alarms = try await hub.subscribe(Listener(user: "tiaz"), from: .after(head))
            #expect(await alarms.texts(1) == ["2"])
            try await hub.withdraw(publication.id)
            guard case .withdrawn = try await hub.alarm(publication.id) else {
                Issue.record("it is not withdrawn")
                return
            }
        }
    }

    @Test("An alarm is published once under its key")
    func keys() async throws {
        try await withHub { hub in
            let alarm = try Alarm(to: .everyone, data: .text("once"), key: "1")
            let first = try await hub.publish(alarm)
            let second = try await hub.publish(alarm)
            #expect(first.isNew && !second.isNew && first.id == second.id)
            #expect(try await hub.publish([]) == [])
        }
    }
}
