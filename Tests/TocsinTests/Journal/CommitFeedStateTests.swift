import JournalConformance
import Testing
import Tocsin

@Suite("The feed of commits")
struct CommitFeedStateTests {
    private static func entry(_ low: UInt64, high: UInt64 = 1) -> Entry {
        Entry(id: AlarmID(high: high, low: low), publishedAt: Timestamp(milliseconds: 0), alarm: .to(.everyone, ""))
    }

    private static func entries(_ lows: ClosedRange<UInt64>) -> [Entry] { lows.map { entry($0) } }

    private static let size = entry(1).estimatedSize

    private static func page(
        _ lows: [UInt64],
        isComplete: Bool = true,
        floor: UInt64 = 0,
        head: UInt64,
        position: UInt64? = nil
    ) -> Page {
        Page(
            entries: lows.map { entry($0) },
            position: AlarmID(high: 1, low: position ?? (isComplete ? head : lows.last ?? 0)),
            isComplete: isComplete,
            floor: floor == 0 ? .zero : AlarmID(high: 1, low: floor),
            head: AlarmID(high: 1, low: head)
        )
    }

    /// A feed whose reader has read everything up to `low`.
    private static func caughtUp(_ low: UInt64, capacity: Int = .max) throws -> (CommitFeedState, reader: Int) {
        var state = CommitFeedState(capacity: capacity)
        let reader = state.begin(after: AlarmID(high: 1, low: low))
        let reading = try #require(state.next(for: reader).reading)
        #expect(state.finish(reading, standing: .resumable, page: page([], head: low)) == nil)
        return (state, reader)
    }

    @Test("A reader reads the journal first, and then gets each batch once")
    func batches() throws {
        var (state, reader) = try Self.caughtUp(2)
        #expect(state.next(for: reader).isWait && state.isIdle(for: reader))
        state.commit(Self.entries(3...4))
        #expect(!state.isIdle(for: reader))
        state.commit(Self.entries(5...5))
        #expect(state.next(for: reader).lows == [3, 4])
        #expect(state.next(for: reader).lows == [5])
        #expect(state.next(for: reader).isWait)
    }

    @Test("What is committed while a page is read comes once, whether or not the page has it")
    func overlap() throws {
        var state = CommitFeedState(capacity: .max)
        let reader = state.begin(after: AlarmID(high: 1, low: 2))
        let reading = try #require(state.next(for: reader).reading)
        state.commit(Self.entries(3...4))
        state.commit(Self.entries(5...6))
        let commit = state.finish(reading, standing: .resumable, page: Self.page([3, 4], head: 4))
        #expect(commit?.lows == [3, 4])
        // A batch that the page had, told only now.
        state.commit(Self.entries(7...7))
        #expect(state.next(for: reader).lows == [5, 6])
        #expect(state.next(for: reader).lows == [7])
        #expect(state.next(for: reader).isWait)
    }

    @Test("A batch that a page had already is not told again")
    func late() throws {
        var state = CommitFeedState(capacity: .max)
        let reader = state.begin(after: AlarmID(high: 1, low: 2))
        let reading = try #require(state.next(for: reader).reading)
        #expect(state.finish(reading, standing: .resumable, page: Self.page([3, 4], head: 4))?.lows == [3, 4])
        state.commit(Self.entries(3...4))
        #expect(state.next(for: reader).isWait)
    }

    @Test("A page that is not complete is followed by the next")
    func pageAfterPage() throws {
        var state = CommitFeedState(capacity: .max)
        let reader = state.begin(after: .zero)
        let first = try #require(state.next(for: reader).reading)
        #expect(first.after == .zero)
        state.commit(Self.entries(4...4))
        let page = Self.page([1, 2], isComplete: false, head: 3)
        #expect(state.finish(first, standing: .unknown, page: page)?.lows == [1, 2])
        let second = try #require(state.next(for: reader).reading)
        #expect(second.after == AlarmID(high: 1, low: 2))
        #expect(state.finish(second, standing: .resumable, page: Self.page([3, 4], head: 4))?.lows == [3, 4])
        #expect(state.next(for: reader).isWait)
    }

    @Test("A page that only looked further leads on, and tells nothing")
    func emptyPage() throws {
        var state = CommitFeedState(capacity: .max)
        let reader = state.begin(after: .zero)
        let first = try #require(state.next(for: reader).reading)
        let page = Self.page([], isComplete: false, head: 9, position: 5)
        #expect(state.finish(first, standing: .unknown, page: page) == nil)
        #expect(state.next(for: reader).reading?.after == AlarmID(high: 1, low: 5))
    }

    @Test("A reader that is too slow is led back to the journal")
    func overflow() throws {
        var (state, reader) = try Self.caughtUp(2, capacity: 3 * Self.size)
        state.commit(Self.entries(3...4))
        state.commit(Self.entries(5...6))
        let reading = try #require(state.next(for: reader).reading)
        #expect(reading.after == AlarmID(high: 1, low: 2))
        let commit = state.finish(reading, standing: .resumable, page: Self.page([3, 4, 5, 6], head: 6))
        #expect(commit?.lows == [3, 4, 5, 6])
        state.commit(Self.entries(7...9))
        #expect(state.next(for: reader).lows == [7, 8, 9])
    }

    @Test("After an unknown outcome the journal is asked, and a page from before counts for nothing")
    func unknownOutcome() throws {
        var (state, reader) = try Self.caughtUp(2)
        state.markBehind()
        let stale = try #require(state.next(for: reader).reading)
        state.markBehind()
        #expect(state.finish(stale, standing: .resumable, page: Self.page([3], head: 3)) == nil)
        let reading = try #require(state.next(for: reader).reading)
        #expect(reading.after == AlarmID(high: 1, low: 2))
        #expect(state.finish(reading, standing: .resumable, page: Self.page([], head: 2)) == nil)
        #expect(state.next(for: reader).isWait)
    }

    @Test("A page that could not be read is read again")
    func failure() throws {
        var (state, reader) = try Self.caughtUp(2)
        state.markBehind()
        let reading = try #require(state.next(for: reader).reading)
        state.commit(Self.entries(3...3))
        state.fail(reading)
        #expect(!state.isIdle(for: reader))
        #expect(state.next(for: reader).reading?.after == AlarmID(high: 1, low: 2))
    }

    @Test(
        "A past that is not there any more is told",
        arguments: [
            (Standing.unknown, page([], head: 9)),
            (.resumable, page([], head: 4)),
            (.expired, page([8, 9], floor: 7, head: 9)),
        ]
    )
    func discontinuity(standing: Standing, page: Page) throws {
        var (state, reader) = try Self.caughtUp(5)
        state.markBehind()
        let reading = try #require(state.next(for: reader).reading)
        let next = page.head.low + 1
        state.commit(Self.entries(page.head.low...next))
        guard case .discontinuity(let head) = state.finish(reading, standing: standing, page: page) else {
            Issue.record("it was not told")
            return
        }
        #expect(head == page.head)
        #expect(state.next(for: reader).lows == [next])
        #expect(state.next(for: reader).isWait)
    }

    @Test("A new reader takes over, and a closed feed ends")
    func ends() throws {
        var (state, reader) = try Self.caughtUp(2)
        state.commit(Self.entries(3...3))
        let next = state.begin(after: AlarmID(high: 1, low: 2))
        #expect(state.next(for: reader).isEnd)
        let reading = try #require(state.next(for: next).reading)
        #expect(state.finish(reading, standing: .resumable, page: Self.page([3], head: 3))?.lows == [3])
        state.commit(Self.entries(4...4))
        state.close()
        #expect(state.next(for: next).isEnd)
    }

    @Test("Without a reader nothing is held")
    func withoutReader() throws {
        var state = CommitFeedState(capacity: .max)
        state.commit(Self.entries(1...1))
        let reader = state.begin(after: .zero)
        let reading = try #require(state.next(for: reader).reading)
        #expect(state.finish(reading, standing: .unknown, page: Self.page([], head: 0)) == nil)
        #expect(state.next(for: reader).isWait)
    }
}

extension Commit {
    fileprivate var lows: [UInt64]? {
        if case .entries(let entries, _) = self { entries.map(\.id.low) } else { nil }
    }
}

extension CommitFeedState.Step {
    fileprivate var lows: [UInt64]? {
        if case .emit(let commit) = self { commit.lows } else { nil }
    }

    fileprivate var reading: CommitFeedState.Reading? {
        if case .read(let reading) = self { reading } else { nil }
    }

    fileprivate var isWait: Bool {
        if case .wait = self { true } else { false }
    }

    fileprivate var isEnd: Bool {
        if case .end = self { true } else { false }
    }
}
