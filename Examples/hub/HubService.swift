import ServiceLifecycle
import Tocsin

/// Runs the hub while the application runs, and ends it properly.
struct HubService: Service {
    let hub: Hub

    func run() async {
        await cancelWhenGracefulShutdown { await hub.run() }
    }
}
