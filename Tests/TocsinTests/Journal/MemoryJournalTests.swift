import JournalConformance
import Testing
import Tocsin

@Suite("A journal in memory", .timeLimit(.minutes(5)))
struct MemoryJournalTests {
    private static func subject(feed: CommitFeed = CommitFeed()) -> JournalConformance.Subject {
        let clock = ManualClock()
        let journal = MemoryJournal(
            keyRetention: JournalConformance.Subject.keyRetention,
            now: clock.wallClock,
            feed: feed
        )
        return JournalConformance.Subject(journal, clock: clock) { await journal.close() }
    }

    @Test("It keeps what every journal promises", arguments: JournalConformance.checks)
    func conforms(_ check: JournalConformance.Check) async throws {
        try await check.run(Self.subject())
    }

    @Test("It does so with a feed that holds nothing", arguments: JournalConformance.checks)
    func conformsWithSmallFeed(_ check: JournalConformance.Check) async throws {
        try await check.run(Self.subject(feed: CommitFeed(capacity: 0)))
    }

    @Test("It does so where pages end early and commits come late", arguments: JournalConformance.checksOfAnyPages)
    func conformsAdversely(_ check: JournalConformance.Check) async throws {
        let clock = ManualClock()
        let journal = MemoryJournal(keyRetention: JournalConformance.Subject.keyRetention, now: clock.wallClock)
        let subject = JournalConformance.Subject(AdversarialJournal(journal), clock: clock) { await journal.close() }
        try await check.run(subject)
    }

    @Test("Ids begin with the time of creation, whatever the clock says")
    func firstID() {
        for (milliseconds, high) in [(1_800_000_000_123, 1_800_000_000_123), (0, 1), (-5, 1)] as [(Int64, UInt64)] {
            let state = MemoryJournalState(now: Timestamp(milliseconds: milliseconds), keyRetention: 1)
            #expect(state.head == AlarmID(high: high, low: 0))
        }
    }

    @Test("Nothing stays behind when all alarms and keys are gone")
    func leavesNothing() {
        var now = Timestamp(milliseconds: 1000)
        var state = MemoryJournalState(now: now, keyRetention: 10)
        for index in 0..<5000 {
            let name = Name(stringLiteral: "\(index % 100)")
            let ttl = index.isMultiple(of: 3) ? 5 : nil
            _ = state.append([.publish([.to(.users([name, "x"]), "", ttl: ttl, key: name)])], at: now)
            if index.isMultiple(of: 7) { _ = state.append([.withdraw(state.head)], at: now) }
        }
        now = now.advanced(bySeconds: 20)
        while state.removeOutdated(RetentionPolicy(age: 10, alarms: 100, keyAge: 10), at: now) {}
        #expect(state.count == 0)
        #expect(state.isEmpty)
    }

    @Test("What retention has removed is not remembered until it would have expired")
    func forgetsExpiries() {
        let now = Timestamp(milliseconds: 1000)
        var state = MemoryJournalState(now: now, keyRetention: 10)
        for index in 0..<10_000 {
            _ = state.append([.publish([.to(.everyone, "", ttl: 1000 + index % 7)])], at: now)
            while state.removeOutdated(RetentionPolicy(age: 100, alarms: 50, keyAge: 10), at: now) {}
            #expect(state.expiryCount <= 102)
        }
        while state.removeOutdated(
            RetentionPolicy(age: 10_000, alarms: 50, keyAge: 10), at: now.advanced(bySeconds: 2000))
        {}
        #expect(state.isEmpty)
    }
}
