import NIOConcurrencyHelpers
import SeededRandomness
import Testing

@testable import Tocsin

/// Readers who come and go in every way while alarms are published and withdrawn.
@Suite(.timeLimit(.minutes(5))) struct StreamStressTests {
    /// What was published, and of whom it is to be told.
    private struct Model {
        var audiences: [AlarmID: Audience] = [:]
        var alarms: [AlarmID] = []
        var withdrawn: Set<AlarmID> = []
    }

    private static let users = 4

    @Test("Who comes back to where it was gets each alarm once, in order and without gap", arguments: 1...2)
    func everyWay(seed: Int) async throws {
        let hub = try await Hub(journal: .memory())
        let running = Task { await hub.run() }
        let model = NIOLockedValueBox(Model())
        let told = try await withThrowingTaskGroup(of: (user: Int, ids: [AlarmID]).self) { readers in
            for number in 0..<3 * Self.users {
                readers.addTask {
                    var reader = StressReader(
                        hub: hub, user: "\(number % Self.users)", client: "\(number)",
                        random: SeededGenerator(seed: UInt64(1000 * seed + number)))
                    return (number % Self.users, try await reader.read())
                }
            }
            try await withThrowingTaskGroup { publishers in
                for number in 0..<4 {
                    publishers.addTask {
                        var random = SeededGenerator(seed: UInt64(5000 * seed + number))
                        for _ in 0..<100 { try await change(hub, model, using: &random) }
                    }
                }
                try await publishers.waitForAll()
            }
            try await hub.publish(Alarm(to: .everyone, event: StressReader.end, data: .text("")))
            return try await readers.reduce(into: []) { $0.append($1) }
        }
        running.cancel()
        await running.value

        let published = model.withLockedValue { $0 }
        for (user, ids) in told {
            let addresses = try Listener(user: "\(user)", topics: ["news"]).addresses
            let hers = published.audiences.filter { $0.value.addresses.contains(where: addresses.contains) }.keys
            // Who was there in time has been told a withdrawn alarm too.
            let expected = Set(hers).subtracting(published.withdrawn.subtracting(ids))
            #expect(ids == expected.sorted())
        }
        #expect(hub.streamCount == 0)
    }

    private func change(
        _ hub: Hub, _ model: NIOLockedValueBox<Model>, using random: inout SeededGenerator
    ) async throws {
        let target = model.withLockedValue { $0.alarms.randomElement(using: &random) }
        if random.chance(15), let target {
            guard case .withdrawn(let publication) = try await hub.withdraw(target) else { return }
            model.withLockedValue { model in
                model.audiences[publication.id] = model.audiences[target]
                model.withdrawn.insert(target)
            }
        } else {
            let alarms = try (0...random.index(below: 5)).map { _ in
                let audience: Audience =
                    switch random.index(below: 6) {
                    case 0: .everyone
                    case 1: try .topics(named: ["news", "sport"])
                    case 2: try .users(named: ["1", "2", "9"])
                    default: try .user(named: "\(random.index(below: Self.users))")
                    }
                return try Alarm(
                    to: audience, data: .text(String(repeating: "x", count: random.chance(10) ? 50_000 : 10)))
            }
            let publications = try await hub.publish(alarms)
            model.withLockedValue { model in
                for (alarm, publication) in zip(alarms, publications) {
                    model.audiences[publication.id] = alarm.audience
                    model.alarms.append(publication.id)
                }
            }
        }
        for _ in 0..<random.index(below: 20) { await Task.yield() }
    }
}

/// Reads everything that is kept, on one stream after another, until it is told the end.
private struct StressReader {
    static let end = "end"

    let hub: Hub
    let user: String
    let client: String
    var random: SeededGenerator
    private var ids: [AlarmID] = []
    private var hasEnded = false

    init(hub: Hub, user: String, client: String, random: SeededGenerator) {
        self.hub = hub
        self.user = user
        self.client = client
        self.random = random
    }

    mutating func read() async throws -> [AlarmID] {
        var last: AlarmID?
        while !hasEnded {
            let alarms = try await subscribe(after: last)
            switch random.index(below: 4) {
            case 0:
                note(await taken(from: alarms) { $0.cancel() })
            case 1:
                note(await taken(from: alarms) { _ in alarms.cancel() })
            case 2:
                let other = try await subscribe(after: last)
                for await event in alarms { note([event]) }
                other.cancel()
            default:
                for await event in alarms.prefix(1 + random.index(below: 40)) {
                    note([event])
                    if hasEnded { break }
                }
            }
            if let id = alarms.lastID { last = id }
            if let id = ids.last { #expect(try #require(last) >= id) }
        }
        return ids
    }

    private func subscribe(after last: AlarmID?) async throws -> AlarmStream {
        try await hub.subscribe(
            Listener(user: user, topics: ["news"], client: client), from: last.map(StartingPoint.after) ?? .earliest)
    }

    /// What another task takes until it is stopped, at any moment.
    private mutating func taken(
        from alarms: AlarmStream, stop: (Task<[AlarmEvent], Never>) -> Void
    ) async -> [AlarmEvent] {
        let reading = Task {
            var events: [AlarmEvent] = []
            for await event in alarms { events.append(event) }
            return events
        }
        for _ in 0..<random.index(below: 200) { await Task.yield() }
        stop(reading)
        return await reading.value
    }

    private mutating func note(_ events: [AlarmEvent]) {
        for event in events {
            switch event {
            case .alarm(let alarm) where alarm.event.string == Self.end: hasEnded = true
            case .alarm(let alarm): ids.append(alarm.id)
            case .withdrawn(_, let id): ids.append(id)
            case .replaced: break
            case .reset: Issue.record("nothing is gone")
            }
        }
    }
}
