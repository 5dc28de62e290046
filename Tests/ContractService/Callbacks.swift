import AsyncHTTPClient
import EventSourceClient
import Foundation
import NIOCore
import NIOHTTP1
import ServerSentEvents

/// Tells the harness what a client saw, in numbered messages that follow one another.
actor Callbacks {
    enum Message: Encodable {
        case event(MessageEvent)
        case comment(String)
        case error(String)

        /// - Returns: `nil` for what the harness need not know.
        init?(_ update: EventSource.Update) {
            switch update {
            case .item(.event(let event)): self = .event(event)
            case .item(.comment(let text)): self = .comment(text)
            case .state(.waiting(_, let error)): self = .error(error.message)
            case .state, .item(.reconnectionTime): return nil
            }
        }

        private enum Key: String, CodingKey {
            case kind, event, comment, error, type, data, id
        }

        func encode(to encoder: any Encoder) throws {
            var message = encoder.container(keyedBy: Key.self)
            switch self {
            case .event(let event):
                try message.encode("event", forKey: .kind)
                var fields = message.nestedContainer(keyedBy: Key.self, forKey: .event)
                try fields.encode(event.type.string, forKey: .type)
                try fields.encode(event.data, forKey: .data)
                try fields.encode(event.lastEventID.string, forKey: .id)
            case .comment(let text):
                try message.encode("comment", forKey: .kind)
                try message.encode(text, forKey: .comment)
            case .error(let text):
                try message.encode("error", forKey: .kind)
                try message.encode(text, forKey: .error)
            }
        }
    }

    private let url: String
    private var count = 0

    init(url: String) {
        self.url = url
    }

    /// Returns when it has been taken; the source waits meanwhile, so that messages come in order.
    func send(_ message: Message) async {
        count += 1
        var request = HTTPClientRequest(url: "\(url)/\(count)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        do {
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(message)))
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            _ = try await answer.body.collect(upTo: 1 << 20)
        } catch {
            print("no callback: \(error)")
        }
    }
}
