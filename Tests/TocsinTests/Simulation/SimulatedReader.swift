import ServerSentEvents

@testable import Tocsin

/// A browser: it keeps the last event id of what it has taken whole, and comes back with it.
final class SimulatedReader {
    let addresses: [Address]
    private(set) var lastEventID = ""
    private(set) var faults: [String] = []
    private var parser = EventStreamParser()
    /// The last alarm it has, or was told to go on from.
    private var last: AlarmID?
    /// Ids that it once had, to come back with an old one.
    private(set) var oldIDs: [String] = []
    var stream: SimulatedStream?

    init(addresses: [Address]) {
        self.addresses = addresses
    }

    /// - Parameter id: what it sends as the last event id.
    func connect(resumingAfter id: String) {
        lastEventID = id
        parser = EventStreamParser(lastEventID: EventID(unchecked: id))
        last = AlarmID(id)
    }

    func take(_ bytes: [UInt8]) {
        var items: [EventStreamItem] = []
        do {
            try parser.parse(bytes, into: &items)
        } catch {
            faults.append("not an event stream: \(error)")
        }
        for case .event(let event) in items {
            dispatch(event)
        }
        lastEventID = parser.lastEventID.string
    }

    private func dispatch(_ event: MessageEvent) {
        let text = event.lastEventID.string
        if event.type.string == "replaced" || text == "earliest" || text.isEmpty { return }
        guard let id = AlarmID(text) else { return }
        switch event.type.string {
        case "position":
            if let last, id < last { faults.append("the reader was at \(last) and was told the position \(id)") }
            last = id
        case "reset":
            last = id
        case "message" where event.data == Simulation.greeting:
            break
        default:
            if let last, id <= last { faults.append("the reader had \(last) and was given \(id)") }
            last = id
        }
        if oldIDs.count < 200 { oldIDs.append(text) }
    }
}
