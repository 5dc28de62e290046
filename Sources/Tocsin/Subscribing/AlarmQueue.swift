import DequeModule
import NIOConcurrencyHelpers

/// What was written to a stream of this process and its reader has not taken.
///
/// One writes, on the stream's event loop, and one or more read, anywhere. What waits is bounded by ``limit`` and one batch.
final class AlarmQueue: Sendable {
    /// Bytes, by ``Alarm/estimatedSize``, from which on no more is to be written, and down to which the reader must come before
    /// more is.
    static let limit = (full: 128 << 10, room: 64 << 10)

    private enum Item {
        case event(AlarmEvent, size: Int)
        /// Nothing that concerns the stream comes before it any more.
        case position(AlarmID)
    }

    private typealias Reader = CheckedContinuation<AlarmEvent?, Never>

    private struct State {
        var items = Deque<Item>()
        var bytes = 0
        var isFull = false
        var isFinished = false
        var lastID: AlarmID?
        /// Who waits, while there are no items.
        var readers = Deque<Reader>()

        mutating func append(_ event: AlarmEvent, size: Int) {
            items.append(.event(event, size: size))
            bytes += size
            if bytes >= limit.full { isFull = true }
        }

        mutating func take() -> AlarmEvent? {
            guard case .event(let event, let size) = items.popFirst() else { return nil }
            bytes -= size
            if let id = event.id { lastID = id }
            passPosition()
            return event
        }

        /// Takes in a position that the reader has come to. There are never two in a row.
        mutating func passPosition() {
            guard case .position(let id) = items.first else { return }
            items.removeFirst()
            lastID = id
        }
    }

    private let state = NIOLockedValueBox(State())

    /// Whether nothing more is to be written; when there is room again ``next(onRoom:)`` tells.
    var isFull: Bool { state.withLockedValue(\.isFull) }

    /// From where a stream would go on that has everything that was taken from this one; `nil` before anything was.
    var lastID: AlarmID? { state.withLockedValue(\.lastID) }

    /// Bytes that wait.
    var bytes: Int { state.withLockedValue(\.bytes) }

    func write(_ meaning: EventBatch.Meaning) {
        let taken = state.withLockedValue { state -> [(Reader, AlarmEvent)] in
            guard !state.isFinished else { return [] }
            switch meaning {
            case .none: break
            case .position(let id):
                if case .position = state.items.last { state.items.removeLast() }
                state.items.append(.position(id))
                if state.items.count == 1 { state.passPosition() }
            case .reset(let reason, let head): state.append(.reset(reason, head: head), size: 0)
            case .replaced: state.append(.replaced, size: 0)
            case .alarms(let frames):
                for frame in frames {
                    state.append(
                        AlarmEvent(frame.entry, variant: frame.variant), size: frame.entry.estimatedSize)
                }
            }
            var taken: [(Reader, AlarmEvent)] = []
            while !state.readers.isEmpty, let event = state.take() {
                taken.append((state.readers.removeFirst(), event))
            }
            if state.bytes <= Self.limit.room { state.isFull = false }
            return taken
        }
        for (reader, event) in taken { reader.resume(returning: event) }
    }

    /// What was written is still to be taken, and nothing more comes.
    func finish() {
        end { _ in }
    }

    /// What was written is dropped, and nothing more comes.
    func cancel() {
        end { state in
            state.items = []
            state.bytes = 0
        }
    }

    private func end(_ body: (inout State) -> Void) {
        let readers = state.withLockedValue { state in
            state.isFinished = true
            body(&state)
            defer { state.readers = [] }
            return state.readers
        }
        for reader in readers { reader.resume(returning: nil) }
    }

    /// Takes the next event, once there is one.
    ///
    /// - Parameter onRoom: called when it had been full and there is room again.
    /// - Returns: `nil` when nothing more comes.
    func next(onRoom: () -> Void) async -> AlarmEvent? {
        var hasRoom = false
        let event = await withCheckedContinuation { (reader: Reader) in
            let event = state.withLockedValue { state -> AlarmEvent?? in
                guard let event = state.take() else {
                    if state.isFinished { return .some(nil) }
                    state.readers.append(reader)
                    return nil
                }
                hasRoom = state.isFull && state.bytes <= Self.limit.room
                if hasRoom { state.isFull = false }
                return .some(event)
            }
            if let event { reader.resume(returning: event) }
        }
        if hasRoom { onRoom() }
        return event
    }
}
