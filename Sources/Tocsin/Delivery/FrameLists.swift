/// The lists of frames that subscribers collect while a batch is walked, each list kept once.
///
/// Lists form a tree: a list is another one and a frame more. Subscribers that took the same frames end at the same node,
/// so that their bytes are joined once and shared.
struct FrameLists {
    /// The empty list.
    static let empty: Int32 = 0

    private struct Node {
        let parent: Int32
        let frame: Int32
        let byteCount: Int
        /// How many frames it has, and the first of them.
        let frameCount: Int32
        let firstFrame: Int32
        /// The extension that was asked for last: nearly always the one asked for next.
        var lastFrame: Int32 = -1
        var lastExtension: Int32 = -1
        /// Who has this list now, and has not asked for its bytes.
        var readers: Int32 = 0
        /// Kept until the last of them has asked.
        var batch: EventBatch?
    }

    private struct Extension: Hashable {
        let list: Int32
        let frame: Int32
    }

    private struct CommittedFrame {
        let frame: Frame
        /// Of its entry: every subscriber that takes it asks.
        let id: AlarmID
        let committedAt: UInt64?
    }

    private var frames: [CommittedFrame] = []
    private var nodes = [root]
    private static let root = Node(parent: -1, frame: -1, byteCount: 0, frameCount: 0, firstFrame: -1)
    private var extensions: [Extension: Int32] = [:]

    /// Adds a frame, for ``extending(_:by:)``.
    ///
    /// - Parameter committedAt: see ``committedAt(_:)``.
    mutating func add(_ frame: Frame, committedAt: UInt64? = nil) -> Int32 {
        frames.append(CommittedFrame(frame: frame, id: frame.entry.id, committedAt: committedAt))
        return Int32(truncatingIfNeeded: frames.count - 1)
    }

    /// The list that is `list` and then `frame`, for one who had `list`. O(1).
    mutating func extending(_ list: Int32, by frame: Int32) -> Int32 {
        let node = node(extending: list, by: frame)
        nodes[Int(list)].readers -= 1
        nodes[Int(node)].readers += 1
        return node
    }

    private mutating func node(extending list: Int32, by frame: Int32) -> Int32 {
        let parent = Int(list)
        if nodes[parent].lastFrame == frame { return nodes[parent].lastExtension }
        let key = Extension(list: list, frame: frame)
        let node: Int32
        if let known = extensions[key] {
            node = known
        } else {
            node = Int32(truncatingIfNeeded: nodes.count)
            let byteCount = nodes[parent].byteCount + frames[Int(frame)].frame.bytes.count
            let firstFrame = list == Self.empty ? frame : nodes[parent].firstFrame
            nodes.append(
                Node(
                    parent: list, frame: frame, byteCount: byteCount, frameCount: nodes[parent].frameCount + 1,
                    firstFrame: firstFrame))
            extensions[key] = node
        }
        nodes[parent].lastFrame = frame
        nodes[parent].lastExtension = node
        return node
    }

    /// The last alarm of a list that is not empty.
    func lastID(of list: Int32) -> AlarmID {
        frames[Int(nodes[Int(list)].frame)].id
    }

    /// How many alarms there are in a list, and how many bytes.
    func size(of list: Int32) -> (alarms: Int, bytes: Int) {
        (Int(nodes[Int(list)].frameCount), nodes[Int(list)].byteCount)
    }

    /// When the first alarm of a list that is not empty was committed, where that is known.
    func committedAt(_ list: Int32) -> UInt64? {
        frames[Int(nodes[Int(list)].firstFrame)].committedAt
    }

    /// The bytes of a list that is not empty, joined once, for one who has it and asks once.
    ///
    /// They are kept for the others only: with as many lists as streams they would be the streams' sum.
    mutating func batch(of list: Int32) -> EventBatch {
        let batch = nodes[Int(list)].batch ?? join(list)
        nodes[Int(list)].readers -= 1
        nodes[Int(list)].batch = nodes[Int(list)].readers > 0 ? batch : nil
        return batch
    }

    /// One who has the list does not want its bytes.
    mutating func drop(_ list: Int32) {
        nodes[Int(list)].readers -= 1
        if nodes[Int(list)].readers <= 0 { nodes[Int(list)].batch = nil }
    }

    private func join(_ list: Int32) -> EventBatch {
        var joined: [Frame] = []
        var node = nodes[Int(list)]
        joined.reserveCapacity(Int(node.frameCount))
        while node.frame >= 0 {
            joined.append(frames[Int(node.frame)].frame)
            node = nodes[Int(node.parent)]
        }
        joined.reverse()
        return EventBatch(joined, byteCount: nodes[Int(list)].byteCount)
    }

    mutating func removeAll() {
        frames.removeAll(keepingCapacity: frames.capacity <= 1024)
        nodes.removeAll(keepingCapacity: nodes.capacity <= 1024)
        nodes.append(Self.root)
        if !extensions.isEmpty { extensions.removeAll(keepingCapacity: extensions.capacity <= 1024) }
    }
}
