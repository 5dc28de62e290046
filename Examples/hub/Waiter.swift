import Logging
import ServiceLifecycle
import Tocsin

/// Listens in the same process, to what is for everyone and for the user `waiter`.
struct Waiter: Service {
    let hub: Hub
    let logger: Logger

    func run() async throws {
        let alarms = try await hub.subscribe(Listener(user: "waiter"))
        for await event in alarms.cancelOnGracefulShutdown() {
            if case .alarm(let alarm) = event { logger.info("\(alarm.event.string): \(alarm.content.string)") }
        }
    }
}
