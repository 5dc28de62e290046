/// Who wants to be told of each state.
struct StateObservers {
    private var observers: [Int: AsyncStream<EventSource.State>.Continuation] = [:]
    private var next = 0

    mutating func add(_ observer: AsyncStream<EventSource.State>.Continuation) -> Int {
        defer { next += 1 }
        observers[next] = observer
        return next
    }

    mutating func remove(_ id: Int) {
        observers[id] = nil
    }

    func tell(_ state: EventSource.State) {
        for observer in observers.values {
            observer.yield(state)
            if case .closed = state { observer.finish() }
        }
    }
}
