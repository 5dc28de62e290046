import Logging
import Patience
import Testing
import Tocsin
import TocsinSQLite

@Suite struct HubJournalTests {
    @Test("What is kept for less than no time, or for ever, stops nothing", arguments: [Int64.min, 0, .max])
    func durations(seconds: Int64) async throws {
        let folder = try TemporaryFolder()
        var configuration = Hub.Configuration()
        configuration.maximumAge = .seconds(seconds)
        configuration.maximumAlarms = .max
        #expect(configuration.maximumAge == .seconds(max(0, seconds)))
        let listener = try Listener(user: "tiaz")
        for journal in [
            HubJournal.memory(keyRetention: .seconds(seconds)),
            try .sqlite(path: folder.data, keyRetention: .seconds(seconds)),
        ] {
            let hub = try await Hub(journal: journal, configuration: configuration)
            let alarm = try Alarm(to: .user(named: "tiaz"), data: .text("1"), key: "1")
            let first = try await hub.publish(alarm)
            let second = try await hub.publish(alarm)
            #expect((first.id == second.id) == (seconds > 0))
            // Only what was published in a millisecond before this one is old.
            let end = ContinuousClock.now + patience
            var isRight = false
            while !isRight, ContinuousClock.now < end {
                await hub.removeOutdated()
                isRight = try await hub.page(for: listener).events.count == (seconds > 0 ? 1 : 0)
            }
            #expect(isRight)
        }
    }
}
