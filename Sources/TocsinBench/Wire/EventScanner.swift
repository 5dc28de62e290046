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

    /// - Parameter marks: the mark of each event that is complete now and has one is appended.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, into marks: inout [Mark]) {
        var bytes = bytes
        // The splitter is not the scanner's while it lends a line, so that the rest of the scanner can change.
        var lines = LineSplitter()
        swap(&lines, &self.lines)
        while lines.next(in: &bytes, { read($0, into: &marks) }) != nil {}
        swap(&lines, &self.lines)
    }

    private mutating func read(_ line: UnsafeRawBufferPointer, into marks: inout [Mark]) {
        switch line.first {
        case nil:
            endEvent(into: &marks)
        case UInt8(ascii: "d"):
            mark = Mark(line: line) ?? mark
        case UInt8(ascii: "i") where line.begins(with: "id: "):
            id.removeAll(keepingCapacity: true)
            id.append(contentsOf: UnsafeRawBufferPointer(rebasing: line.dropFirst(4)))
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

    private mutating func endEvent(into marks: inout [Mark]) {
        if hasID {
            swap(&id, &lastEventID)
            hasID = false
        }
        if let mark {
            self.mark = nil
            marks.append(mark)
        }
    }
}
