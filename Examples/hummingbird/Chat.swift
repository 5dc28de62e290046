import Hummingbird
import HummingbirdEventStream
import ServerSentEvents

/// A chat: what is posted to `/messages` comes to every page that has `/events` open.
@main
struct Chat {
    struct NewMessage: Decodable {
        let text: String
    }

    static func main() async throws {
        let room = ChatRoom()
        let router = Router()
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: page))
            )
        }
        router.post("messages") { request, context in
            let message = try await request.decode(as: NewMessage.self, context: context)
            await room.say(message.text)
            return HTTPResponse.Status.noContent
        }
        router.get("events") { request, _ in
            Response.eventStream(
                ChatEvents(room: room, lastEventID: request.lastEventID),
                retryAfterShutdown: ReconnectionTime(clamping: .random(in: 2000...4000))
            )
        }
        let port = Environment().get("PORT", as: Int.self) ?? 8080
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
        )
        try await application.runService()
    }
}
