/// Collects entries into a ``Page`` until its limit is met.
package struct PageBuilder: Sendable {
    private let limit: PageLimit
    private var entries: [Entry] = []
    private var bytes = 0

    package init(limit: PageLimit) {
        self.limit = limit
    }

    /// Whether nothing more fits, whatever its size.
    package var isFull: Bool { entries.count >= limit.alarms }

    /// - Returns: `false` where the limit is met: `entry` is the first of the next page.
    package mutating func add(_ entry: Entry) -> Bool {
        let (sum, overflowed) = bytes.addingReportingOverflow(entry.estimatedSize)
        guard entries.isEmpty || !(isFull || overflowed || sum > limit.bytes) else { return false }
        entries.append(entry)
        bytes = sum
        return true
    }

    /// The page that the limit ended, or that gave up looking.
    ///
    /// - Parameter position: how far it has looked, where that is beyond its last entry.
    package func partial(position: AlarmID? = nil, floor: AlarmID, head: AlarmID) -> Page {
        Page(
            entries: entries,
            position: position ?? entries.last?.id ?? .zero,
            isComplete: false,
            floor: floor,
            head: head
        )
    }

    /// The page that holds all there is.
    ///
    /// - Parameter end: the end of what was asked for.
    package func complete(end: AlarmID, floor: AlarmID, head: AlarmID) -> Page {
        Page(entries: entries, position: end, isComplete: true, floor: floor, head: head)
    }
}
