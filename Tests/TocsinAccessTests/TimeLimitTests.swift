import SteppedClock
import Testing
import TocsinAccess

@Suite struct TimeLimitTests {
    private struct Trouble: Error {}

    @Test("What is done in time is what it is")
    func inTime() async throws {
        let limit = TimeLimit(.seconds(5), clock: SteppedClock())
        #expect(try await limit { 7 } == 7)
        await #expect(throws: Trouble.self) { try await limit { throw Trouble() } }
    }

    @Test("What takes longer is cancelled, and not waited for even where it takes no notice")
    func late() async throws {
        let clock = SteppedClock()
        let (cancellations, cancellation) = AsyncStream.makeStream(of: Void.self)
        let (endings, ending) = AsyncStream.makeStream(of: Void.self)
        let limited = Task {
            try await TimeLimit(.seconds(5), clock: clock) {
                await withTaskCancellationHandler {
                    // Out of reach of the cancellation.
                    await Task { for await _ in endings {} }.value
                } onCancel: {
                    cancellation.finish()
                }
            }
        }
        await clock.pass(.seconds(5))
        let error = await #expect(throws: TimeLimit.Exceeded.self) { try await limited.value }
        #expect(error?.description == "it took longer than 5 s")
        for await _ in cancellations {}
        ending.finish()
    }

    @Test("Who is cancelled waits no more")
    func cancelled() async throws {
        let clock = SteppedClock()
        let (endings, ending) = AsyncStream.makeStream(of: Void.self)
        let limited = Task {
            try await TimeLimit(.seconds(5), clock: clock) { await Task { for await _ in endings {} }.value }
        }
        await clock.sleeper(for: .seconds(5))
        limited.cancel()
        await #expect(throws: CancellationError.self) { try await limited.value }
        ending.finish()
    }
}
