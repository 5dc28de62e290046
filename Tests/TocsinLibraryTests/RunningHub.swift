import Tocsin

/// Runs a hub while `body` uses it, and waits for its end.
func withHub<Value>(
    _ journal: HubJournal = .memory(), _ configuration: Hub.Configuration = Hub.Configuration(),
    _ body: (Hub) async throws -> Value
) async throws -> Value {
    let hub = try await Hub(journal: journal, configuration: configuration)
    let running = Task { await hub.run() }
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(hub))
    } catch {
        result = .failure(error)
    }
    running.cancel()
    await running.value
    return try result.get()
}

extension AlarmStream {
    /// The texts of the next alarms, and of other events their kind.
    func texts(_ count: Int) async -> [String] {
        var texts: [String] = []
        for await event in prefix(count) { texts.append(event.text) }
        return texts
    }
}

extension AlarmEvent {
    var text: String {
        switch self {
        case .alarm(let alarm): alarm.content.string
        case .withdrawn(let target, _): "withdrawn \(target)"
        case .reset(let reason, _): "reset \(reason.rawValue)"
        case .replaced: "replaced"
        }
    }
}

extension Alarm {
    static func text(_ text: String, to user: String) throws -> Alarm {
        try Alarm(to: .user(named: user), data: .text(text))
    }
}
