import Synchronization

/// Makes one change after another, so that what is stored is what holds; out of reach of a request's cancellation.
final class SerialChanges: Sendable {
    private let last = Mutex<Task<Void, Never>?>(nil)

    func run<Value: Sendable>(_ change: @escaping @Sendable () async -> Value) async -> Value {
        let task = last.withLock { last in
            let former = last
            let task = Task {
                await former?.value
                return await change()
            }
            last = Task { _ = await task.value }
            return task
        }
        return await task.value
    }
}
