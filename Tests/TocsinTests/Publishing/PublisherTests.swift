import Logging
import NIOConcurrencyHelpers
import Testing

@testable import Tocsin

@Suite struct PublisherTests {
    private let journal = ScriptedJournal()
    private let uptime = NIOLockedValueBox<UInt64>(0)

    private func publisher(bytes: Int = 1 << 20, on journal: ScriptedJournal? = nil) -> Publisher {
        var limits = PublishLimits()
        limits.bytes = bytes
        limits.wait = 10
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return Publisher(journal ?? self.journal, limits: limits, logger: logger) { [uptime] in
            uptime.withLockedValue(\.self)
        }
    }

    private static func request(_ text: String = "text") -> AppendRequest {
        .publish([Alarm(audience: .everyone, data: .text(text))])
    }

    private static func outcome(of request: AppendRequest, on publisher: Publisher) async -> Result<
        AppendResult, PublishError
    > {
        do throws(PublishError) {
            return .success(try await publisher.publish(request))
        } catch {
            return .failure(error)
        }
    }

    private static let success = Result<AppendResult, PublishError>.success(
        .published([Publication(id: .of(1), isNew: true)])
    )

    @Test("A request is answered once it is committed")
    func committing() async throws {
        let publisher = publisher()
        async let outcome = Self.outcome(of: Self.request(), on: publisher)
        let append = try #require(await journal.nextAppend())
        #expect(append.requests.count == 1)
        append.succeed()
        #expect(await outcome == Self.success)
        #expect(publisher.failure == nil)
    }

    @Test("A request whose client goes away is committed all the same", arguments: [false, true])
    func cancellation(isCancelledBefore: Bool) async throws {
        let publisher = publisher()
        let task = Task {
            if isCancelledBefore { withUnsafeCurrentTask { $0?.cancel() } }
            return await Self.outcome(of: Self.request(), on: publisher)
        }
        let append = try #require(await journal.nextAppend())
        task.cancel()
        append.succeed()
        #expect(await task.value == Self.success)
        #expect(!journal.wasCancelled)
        #expect(journal.answered == 1)
    }

    @Test("What comes while the journal is busy is committed when it is free, every request once")
    func group() async throws {
        let publisher = publisher()
        await withTaskGroup(of: Result<AppendResult, PublishError>.self) { group in
            for _ in 0..<100 {
                group.addTask { await Self.outcome(of: Self.request(), on: publisher) }
            }
            var committed = 0
            while committed < 100, let append = await journal.nextAppend() {
                committed += append.requests.count
                append.succeed()
            }
            for await outcome in group { #expect(outcome == Self.success) }
        }
        await publisher.close()
    }

    @Test("As many appends run at once as the journal wants")
    func inFlight() async throws {
        let journal = ScriptedJournal(maximumAppendsInFlight: 2)
        let publisher = publisher(on: journal)
        async let first = Self.outcome(of: Self.request(), on: publisher)
        let one = try #require(await journal.nextAppend())
        async let second = Self.outcome(of: Self.request(), on: publisher)
        let other = try #require(await journal.nextAppend())
        other.succeed()
        #expect(await second == Self.success)
        one.succeed()
        #expect(await first == Self.success)
    }

    @Test(
        "A failure says whether anything can have been stored, and is over with the next commit",
        arguments: [
            (JournalError.Code.unavailable, PublishError.unavailable("as the test says")),
            (.outcomeUnknown, .outcomeUnknown("as the test says")),
            (.closed, .unavailable("as the test says")),
        ]
    )
    func failure(code: JournalError.Code, expected: PublishError) async throws {
        let publisher = publisher()
        async let first = Self.outcome(of: Self.request(), on: publisher)
        try #require(await journal.nextAppend()).fail(code)
        #expect(await first == .failure(expected))
        #expect(publisher.failure?.code == code)

        async let second = Self.outcome(of: Self.request(), on: publisher)
        try #require(await journal.nextAppend()).succeed()
        #expect(await second == Self.success)
        #expect(publisher.failure == nil)
    }

    @Test("After a failure it is tried every second whether the journal works again")
    func probing() async throws {
        let publisher = publisher()
        async let outcome = Self.outcome(of: Self.request(), on: publisher)
        try #require(await journal.nextAppend()).fail(.unavailable)
        _ = await outcome
        journal.setProbe(JournalError(code: .unavailable, message: "the disk is full"))
        await publisher.probeAfterFailure()
        #expect(publisher.failure?.message == "the disk is full")
        journal.setProbe(nil)
        await publisher.probeAfterFailure()
        #expect(publisher.failure == nil)
    }

    @Test("Requests for which there is no room are refused at once, and nobody else is")
    func overload() async throws {
        let publisher = publisher(bytes: 2000)
        async let first = Self.outcome(of: Self.request(), on: publisher)
        let append = try #require(await journal.nextAppend())
        let large = Self.request(String(repeating: "x", count: 1500))
        await withTaskGroup(of: Result<AppendResult, PublishError>.self) { group in
            for _ in 0..<2 {
                group.addTask { await Self.outcome(of: large, on: publisher) }
            }
            #expect(await group.next() == .failure(.overloaded))
            append.succeed()
            await journal.nextAppend()?.succeed()
            #expect(await group.next() == Self.success)
        }
        #expect(await first == Self.success)
    }

    @Test("A request that waits too long is refused and never committed")
    func overdue() async throws {
        let publisher = publisher(bytes: 1)
        async let first = Self.outcome(of: Self.request("first"), on: publisher)
        let append = try #require(await journal.nextAppend())
        // There is room for one: that the other is refused tells that this one waits.
        await withTaskGroup(of: Result<AppendResult, PublishError>.self) { group in
            for _ in 0..<2 {
                group.addTask { await Self.outcome(of: Self.request("late"), on: publisher) }
            }
            #expect(await group.next() == .failure(.overloaded))
            uptime.withLockedValue { $0 = 10 }
            publisher.refuseOverdue()
            #expect(await group.next() == .failure(.overloaded))
        }
        // The one that is being committed may yet be stored.
        guard case .failure(.outcomeUnknown) = await first else {
            Issue.record("whoever waits for a hanging journal is told that the outcome is unknown")
            return
        }
        append.succeed()
        await publisher.close()
        #expect(journal.answered == 1)
    }

    @Test("A journal that hangs counts as failing until it answers")
    func hanging() async throws {
        let publisher = publisher()
        async let outcome = Self.outcome(of: Self.request(), on: publisher)
        let append = try #require(await journal.nextAppend())
        #expect(publisher.failure == nil)
        uptime.withLockedValue { $0 = 6_000_000_000 }
        #expect(publisher.failure?.message == "the journal has not answered for 6 s; look at the disk")
        append.succeed()
        #expect(await outcome == Self.success)
        #expect(publisher.failure == nil)
    }

    @Test("A journal that answers too few requests leaves open what became of the others")
    func shortAnswer() async throws {
        let publisher = publisher()
        async let outcome = Self.outcome(of: Self.request(), on: publisher)
        try #require(await journal.nextAppend()).answer([])
        guard case .failure(.outcomeUnknown) = await outcome else {
            Issue.record("it is not known what became of the request")
            return
        }
    }

    @Test("Closing waits for what was taken, and takes nothing more")
    func closing() async throws {
        let publisher = publisher()
        async let outcome = Self.outcome(of: Self.request(), on: publisher)
        let append = try #require(await journal.nextAppend())
        let answeredWhenClosed = (0..<2).map { _ in
            Task { [journal] in
                await publisher.close()
                return journal.answered
            }
        }
        for _ in 0..<100 { await Task.yield() }
        append.succeed()
        for task in answeredWhenClosed { #expect(await task.value == 1) }
        #expect(await outcome == Self.success)
        #expect(await Self.outcome(of: Self.request(), on: publisher) == .failure(.closing))
        await publisher.close()
    }
}
