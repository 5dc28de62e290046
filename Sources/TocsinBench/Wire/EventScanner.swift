/// Finds the marks, ids and reconnection times of an event stream, and nothing else, so that it costs next to nothing.
struct EventScanner {
    /// The id of the newest complete event that had one.
    private(set) var lastEventID: [UInt8] = []
    /// Milliseconds that the server asks to wait before connecting again.
    private(set) var retry: UInt64?
    private var lines = LineSplitter()
    private var mark: Mark?
    private var id: [UInt8] = []
    private var hasID = false

    /// - Parameter receive: is given the mark of each event that is complete now and has one.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ receive: (Mark) -> Void) {
        var bytes = bytes
        while !bytes.isEmpty {
            // The lines are lent out for the time of the closure, so that the rest of `self` can change in it.
            var lines = LineSplitter()
            swap(&lines, &self.lines)
            let isComplete = lines.next(in: &bytes) { read($0, receive) } != nil
            swap(&lines, &self.lines)
            guard isComplete else { return }
        }
    }

    private mutating func read(_ line: UnsafeRawBufferPointer, _ receive: (Mark) -> Void) {
        switch line.first {
        case nil:
            endEvent(receive)
        case UInt8(ascii: "d"):
            mark = Mark(line: line) ?? mark
        case UInt8(ascii: "i") where line.begins(with: "id: "):
            id.removeAll(keepingCapacity: true)
            id.append(contentsOf: line.dropFirst(4))
            hasID = true
        case UInt8(ascii: "r") where line.begins(with: "retry: "):
            var index = 7
            retry = line.number(at: &index) ?? retry
        default:
            break
        }
    }

    /// Forgets what has come of an event: the connection has ended, and what is incomplete does not count.
    mutating func reset() {
        lines.reset()
        mark = nil
        hasID = false
    }

    private mutating func endEvent(_ receive: (Mark) -> Void) {
        if hasID {
            swap(&id, &lastEventID)
            hasID = false
        }
        if let mark {
            self.mark = nil
            receive(mark)
        }
    }
}
