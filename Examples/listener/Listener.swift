import EventSourceClient
import ServerSentEvents

@main
struct Listener {
    static func main() async throws {
        for try await event in EventSource(url: CommandLine.arguments[1]).events {
            print("\(event.type): \(event.data)")
        }
    }
}
