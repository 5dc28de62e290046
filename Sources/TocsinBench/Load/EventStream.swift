import NIOCore

/// One event stream of a load, over however many connections in turn; touched on the load's event loop only.
final class EventStream {
    let index: Int
    private let load: Load
    private var scanner = EventScanner()
    private var check = SequenceCheck()
    private(set) var isOpen = false
    /// When its newest connection was begun, in nanoseconds of uptime.
    var connectTime: UInt64 = 0
    /// When its newest bytes came, in nanoseconds of uptime.
    private(set) var heardTime: UInt64 = 0
    /// Whether how long its events took counts.
    var isTimed = true
    /// What ends it, or lets it stop reading.
    var channel: (any Channel)?
    private(set) var events = 0

    init(index: Int, load: Load) {
        self.index = index
        self.load = load
    }

    /// What a new connection resumes after.
    var lastEventID: String? {
        scanner.lastEventID.isEmpty
            ? load.settings.lastEventID : String(decoding: scanner.lastEventID, as: UTF8.self)
    }

    /// How long the server asks to wait before a new connection.
    var reconnectionTime: TimeAmount { .milliseconds(Int64(clamping: scanner.retry ?? 3000)) }

    func answered(status: Int) {
        guard status == 200 else {
            load.fail("a stream was answered with status \(status)")
            return
        }
        isOpen = true
        load.opened(self)
    }

    func receive(_ bytes: UnsafeRawBufferPointer, at time: UInt64) {
        heardTime = time
        load.marks.removeAll(keepingCapacity: true)
        scanner.scan(bytes, into: &load.marks)
        events += load.marks.count
        load.delivery.receive(load.marks, after: &check, isTimed: isTimed, at: time)
        load.received()
    }

    /// The connection, or the attempt to make one, has ended.
    func ended(_ reason: String) {
        let wasOpen = isOpen
        isOpen = false
        channel = nil
        scanner.reset()
        load.streamEnded(self, wasOpen: wasOpen, reason)
    }
}

extension Delivery {
    /// - Parameter check: of the stream that they came on.
    fileprivate mutating func receive(
        _ marks: [Mark], after check: inout SequenceCheck, isTimed: Bool, at time: UInt64
    ) {
        guard !marks.isEmpty else { return }
        events += marks.count
        lastEventTime = time
        for mark in marks {
            if isTimed { latencies.record(time > mark.time ? time - mark.time : 0) }
            switch check.receive(mark) {
            case .next: break
            case .gap(let count): skipped += count
            case .repeated: repeated += 1
            }
        }
    }
}
