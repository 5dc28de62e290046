package import NIOCore

/// Tocsin, as its interface says.
package struct TocsinTarget: LoadTarget {
    package enum Audience: Hashable, Sendable {
        case topics(Int)
        case users(Int)
        /// Each stream is one of so many users', and each alarm is for everyone.
        case everyone(users: Int)
    }

    package let authority: String
    package let audience: Audience
    /// What the names of users and topics begin with.
    package let prefix: String
    package var token: String?
    /// What each stream shows in its query; none where it is empty.
    package var streamTokens: [String] = []
    /// Seconds after which the server may forget the alarms.
    package var timeToLive: Int?
    /// What publishes have instead of an audience: alarms that no stream is told of.
    package var divertedTopic: String?

    package init(authority: String, audience: Audience, prefix: String = "bench-") {
        self.authority = authority
        self.audience = audience
        self.prefix = prefix
    }

    package var fields: [(name: String, value: String)] {
        token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    package var channels: Int {
        switch audience {
        case .topics(let count), .users(let count): count
        case .everyone: 1
        }
    }

    package func path(ofStream index: Int) -> String {
        let token = streamTokens.isEmpty ? nil : "access_token=\(streamTokens[index % streamTokens.count])"
        switch audience {
        case .topics(let count):
            return "/events?topic=\(prefix)\(index % count)" + (token.map { "&\($0)" } ?? "")
        case .users(let count), .everyone(users: let count):
            return "/connection/\(prefix)\(index % count)" + (token.map { "?\($0)" } ?? "")
        }
    }

    package func write(_ publication: Publication, into buffer: inout ByteBuffer) {
        var front = "{\(address(of: publication.channel))"
        if let timeToLive { front += ",\"ttl\":\(timeToLive)" }
        if let key = publication.key { front += ",\"key\":\"\(key)\"" }
        front += ",\"data\":\""
        let count = publication.marks.count
        let alarm = front.utf8.count + publication.size + 2
        buffer.writeString("POST /alarms HTTP/1.1\r\n")
        buffer.writeString(commonLines)
        buffer.writeString("Content-Type: application/json\r\nContent-Length: ")
        // Brackets and commas: one more than there are alarms.
        buffer.writeString(String(count == 1 ? alarm : count * alarm + count + 1))
        buffer.writeString("\r\n\r\n")
        for (index, mark) in publication.marks.enumerated() {
            if count > 1 { buffer.writeString(index == 0 ? "[" : ",") }
            buffer.writeString(front)
            mark.write(into: &buffer, size: publication.size)
            buffer.writeString("\"}")
        }
        if count > 1 { buffer.writeString("]") }
    }

    private func address(of channel: Int) -> String {
        if let divertedTopic { return "\"topic\":\"\(divertedTopic)\"" }
        switch audience {
        case .topics: return "\"topic\":\"\(prefix)\(channel)\""
        case .users: return "\"user\":\"\(prefix)\(channel)\""
        case .everyone: return "\"everyone\":true"
        }
    }
}
