import ServerSentEvents
import TocsinServer

enum EventLine {
    static func text(_ event: MessageEvent) -> String {
        var writer = JSONWriter()
        writer.object { json in
            json.name("type")
            json.string(event.type.string)
            json.name("data")
            json.string(event.data)
            json.name("lastEventId")
            json.string(event.lastEventID.string)
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}
