import ServerSentEvents

/// A stream of events as a server sends them, each of 100 to 300 bytes.
struct SampleStream: Hashable, Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var events = 0

    /// Each event has a type, a line of data, an id and its blank line.
    var lines: Int { events * 4 }

    /// - Parameter length: how many bytes there are at most; it ends with an event.
    init(length: Int) throws {
        bytes.reserveCapacity(length)
        while true {
            let block = try Self.block(events)
            guard bytes.count + block.count <= length else { return }
            bytes += block
            events += 1
        }
    }

    private static func block(_ number: Int) throws -> [UInt8] {
        var event = ServerSentEvent(type: try EventType("alarm"), data: "-", id: try EventID("1795369672516-\(number)"))
        let overhead = event.bytes.count - 1
        // Sizes in an order that is hard to guess for a processor, each as often as another.
        let size = 100 + number &* 7919 % 201
        event.data = String(String(repeating: "The reservation is made. ", count: 12).prefix(size - overhead))
        return event.bytes
    }
}

extension ServerSentEvent {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}
