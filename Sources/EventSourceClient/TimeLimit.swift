/// How long something may take, by some clock.
struct TimeLimit: Sendable {
    let duration: Duration?
    let clock: any Clock<Duration>

    /// - Returns: what `work` gives, or `nil` when it was cancelled because its time was over.
    func callAsFunction<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard let duration else { return try await work() }
        return try await withThrowingTaskGroup(of: Value?.self, isolation: isolation) { group in
            group.addTask(operation: work)
            group.addTask {
                try await clock.sleep(for: duration)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next().flatMap { $0 }
        }
    }
}
