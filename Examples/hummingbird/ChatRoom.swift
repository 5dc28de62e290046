import ServerSentEvents

/// What was said lately, oldest first.
actor ChatRoom {
    struct Message {
        let number: Int
        let text: String
    }

    /// How many messages are kept for who comes late or comes back.
    private static let capacity = 1000

    /// Of this start of the server: ids of another one name messages that are gone.
    let run = UInt32.random(in: .min ... .max)
    private var messages: [Message] = []
    private var lastNumber = 0
    private var bells: [Int: AsyncStream<Void>.Continuation] = [:]
    private var lastBell = 0

    func say(_ text: String) {
        lastNumber += 1
        messages.append(Message(number: lastNumber, text: text))
        if messages.count > Self.capacity { messages.removeFirst() }
        for bell in bells.values { bell.yield() }
    }

    /// The oldest message that is kept and newer than `number`.
    func message(after number: Int) -> Message? {
        // Numbers have no gaps, so that its place can be told.
        guard let oldest = messages.first?.number, number < lastNumber else { return nil }
        return messages[max(0, number + 1 - oldest)]
    }

    /// Rings when something has been said since it was last listened to, however much that was.
    func bell() -> AsyncStream<Void> {
        let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        lastBell += 1
        let id = lastBell
        bells[id] = bell
        bell.onTermination = { [weak self] _ in Task { await self?.takeDown(id) } }
        return rings
    }

    private func takeDown(_ id: Int) {
        bells[id] = nil
    }
}
