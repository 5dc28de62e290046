/// How long something may take, by some clock.
package struct TimeLimit: Sendable {
    /// It took longer.
    package struct Exceeded: Error, Hashable, CustomStringConvertible {
        package let duration: Duration

        package var description: String { "it took longer than \(duration.formatted)" }
    }

    private let duration: Duration
    private let clock: any Clock<Duration>

    package init(_ duration: Duration, clock: any Clock<Duration> = ContinuousClock()) {
        self.duration = duration
        self.clock = clock
    }

    /// Waits for `work`, but no longer than that, nor once the Task is cancelled; `work` is cancelled then, and nobody waits
    /// for it even where it takes no notice.
    ///
    /// - Throws: ``Exceeded``, `CancellationError`, or what `work` throws.
    package func callAsFunction<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (outcomes, outcome) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
        let working = Task {
            do {
                outcome.yield(.success(try await work()))
            } catch {
                outcome.yield(.failure(error))
            }
        }
        let watching = Task { [duration, clock] in
            guard (try? await clock.sleep(for: duration)) != nil else { return }
            outcome.yield(.failure(Exceeded(duration: duration)))
        }
        defer {
            working.cancel()
            watching.cancel()
        }
        guard let first = await outcomes.first(where: { _ in true }) else { throw CancellationError() }
        return try first.get()
    }
}

extension Duration {
    fileprivate var formatted: String { "\(components.seconds) s" }
}
