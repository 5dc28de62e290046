package import ServerSentEvents

/// What a reader hears from a stream, compared byte by byte: `String` would take canonically equivalent texts for equal.
package enum Heard: Sendable {
    case event(String, type: String = "message", id: String = "")
    case retry(Int)
    case comment(String)

    package init(_ item: EventStreamItem) {
        switch item {
        case .event(let event):
            self = .event(event.data, type: event.type.string, id: event.lastEventID.string)
        case .reconnectionTime(let time):
            self = .retry(time.milliseconds)
        case .comment(let text):
            self = .comment(text)
        }
    }
}

extension Heard: Equatable {
    package static func == (left: Heard, right: Heard) -> Bool {
        switch (left, right) {
        case (.event(let data, let type, let id), .event(let otherData, let otherType, let otherID)):
            data.utf8.elementsEqual(otherData.utf8) && type.utf8.elementsEqual(otherType.utf8)
                && id.utf8.elementsEqual(otherID.utf8)
        case (.retry(let time), .retry(let otherTime)):
            time == otherTime
        case (.comment(let text), .comment(let otherText)):
            text.utf8.elementsEqual(otherText.utf8)
        default:
            false
        }
    }
}

/// All that can be observed of reading a stream: what was heard, and what stands at its end.
package struct Reading: Equatable {
    package var heard: [Heard] = []
    package var lastEventID = EventID.none
    package var failure: EventStreamError?

    package init(heard: [Heard], lastEventID: EventID) {
        self.heard = heard
        self.lastEventID = lastEventID
    }

    /// Reads pieces of a stream until they end or the parser fails.
    package init(
        _ pieces: some Sequence<ArraySlice<UInt8>>,
        lastEventID: EventID = .none,
        limits: EventStreamParser.Limits = EventStreamParser.Limits()
    ) {
        var parser = EventStreamParser(lastEventID: lastEventID, limits: limits)
        var items: [EventStreamItem] = []
        do {
            for piece in pieces {
                try parser.parse(piece, into: &items)
            }
        } catch {
            failure = error
        }
        heard = items.map { Heard($0) }
        self.lastEventID = parser.lastEventID
    }

    package init(_ bytes: [UInt8], limits: EventStreamParser.Limits = EventStreamParser.Limits()) {
        self.init(CollectionOfOne(bytes[...]), limits: limits)
    }
}

extension [UInt8] {
    /// These bytes in two pieces, at each place where they can be cut.
    package var splits: [[ArraySlice<UInt8>]] {
        (0...count).map { [self[..<$0], self[$0...]] }
    }

    /// These bytes one by one.
    package var singly: [ArraySlice<UInt8>] {
        indices.map { self[$0...$0] }
    }
}
