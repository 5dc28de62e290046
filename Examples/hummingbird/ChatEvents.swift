import ServerSentEvents

/// The messages of a room as events, from where a reader left off.
///
/// Each reader takes one message at a time from the room, at its own pace: nothing is kept for it meanwhile, and one that is
/// too slow misses what the room no longer has.
struct ChatEvents: AsyncSequence {
    let room: ChatRoom
    /// `nil` is the oldest message that is kept.
    let lastEventID: EventID?

    func makeAsyncIterator() -> Iterator {
        Iterator(room: room, last: lastEventID.flatMap { room.number(of: $0) } ?? 0)
    }

    struct Iterator: AsyncIteratorProtocol {
        let room: ChatRoom
        var last: Int
        var rings: AsyncStream<Void>.Iterator?

        mutating func next() async -> ServerSentEvent? {
            // It hangs before the first look at the room, so that nothing is said unheard in between.
            if rings == nil { rings = await room.bell().makeAsyncIterator() }
            while true {
                if let message = await room.message(after: last) {
                    last = message.number
                    return ServerSentEvent(data: message.text, id: room.id(of: message))
                }
                // Nothing rings any more when the client has left.
                guard await rings?.next() != nil else { return nil }
            }
        }
    }
}

extension ChatRoom {
    nonisolated func id(of message: Message) -> EventID? {
        try? EventID("\(run)-\(message.number)")
    }

    /// The number of the message with this id, unless the id is of another start of the server.
    nonisolated func number(of id: EventID) -> Int? {
        let parts = id.string.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "\(run)", let number = Int(parts[1]), number >= 0 else { return nil }
        return number
    }
}
