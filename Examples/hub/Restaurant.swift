import Foundation
import Hummingbird
import HummingbirdEventStream
import ServerSentEvents
import Tocsin
import TocsinSQLite

/// Tells guests that their table is ready, with the hub in the application itself.
@main
struct Restaurant {
    static func main() async throws {
        let environment = Environment()
        let hub = try await Hub(journal: .sqlite(path: environment.get("DATA") ?? "restaurant.db"))

        let router = Router()
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: page))
            )
        }
        router.post("guests/:guest/table") { _, context in
            let guest = try name(context.parameters.require("guest"))
            let publication = try await hub.publish(tableReady(for: guest))
            return "\(publication.id)\n"
        }
        router.get("guests/:guest/events") { request, context in
            let guest = try name(context.parameters.require("guest"))
            let listener = try Listener(user: guest, languages: request.headers[.acceptLanguage] ?? "")
            let start = StartingPoint.lastEventID(request.lastEventID?.string)
            guard let alarms = try? await hub.subscribe(listener, from: start) else {
                // A browser that meets any status but 200 never comes back by itself.
                return Response.eventStream(AsyncStream { nil }, retry: ReconnectionTime(clamping: 5000))
                    .response(from: request, context: context)
            }
            return Response.eventStream(alarms.map { ServerSentEvent($0) }).response(from: request, context: context)
        }

        let port = environment.get("PORT", as: Int.self) ?? 8080
        var application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
        )
        // They end in the reverse order: first the server, then who listens, then the hub.
        application.addServices(HubService(hub: hub), Waiter(hub: hub, logger: application.logger))
        try await application.runService()
    }

    private static func tableReady(for guest: String) throws -> Alarm {
        try Alarm(
            to: .user(named: guest),
            event: "table",
            data: .text("Your table is ready."),
            translations: [Translation("ko", .text("자리가 준비되었습니다."))],
            ttl: .seconds(900)
        )
    }

    /// The name in a part of the path, where what is not plain ASCII is percent-encoded.
    private static func name(_ encoded: String) throws -> String {
        do {
            return try Name(encoded.removingPercentEncoding ?? "").string
        } catch {
            throw HTTPError(.badRequest, message: "\(error)")
        }
    }
}
